import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// The end of a machine.
struct Shutdown {
    /// Its control groups.
    let groups: ControlGroups
    /// Its first process.
    let first: MachineProcess

    /// Asks every process to end, as a machine that is switched off does, and waits until the machine is gone or the
    /// patience is at its end. Services first: when the first process ends, the kernel kills all others at once.
    func ask(patience: Duration) async throws(ProviderError) {
        let deadline = ContinuousClock.now + patience
        if command(of: first) == "systemd" {
            first.signal(Self.systemdHalt)
            return try await Self.wait(until: deadline) { !first.isAlive }
        }
        let services = services
        for service in services { service.signal(SIGTERM) }
        try await Self.wait(until: deadline) { services.allSatisfy { !$0.isAlive } || !first.isAlive }
        first.signal(SIGTERM)
        try await Self.wait(until: deadline) { !first.isAlive }
    }

    /// Every process but the first, and but the command that the first one is there for: with that it ends itself.
    private var services: [MachineProcess] {
        let others = groups.processes.subtracting([first.id]).compactMap(MachineProcess.init(living:))
        guard command(of: first) == "init" else { return others }
        let command = others.min { ($0.start, $0.id) < ($1.start, $1.id) }
        return others.filter { $0 != command }
    }

    /// SIGRTMIN+3, with which systemd halts in order where SIGTERM makes it start anew (systemd(1), "Signals").
    private static let systemdHalt: Int32 = 37

    /// The name of a process, proc(5) comm; nil for one that is gone.
    private func command(of process: MachineProcess) -> String? {
        let bytes = (try? HostFiles.read(FilePath("/proc/\(process.id)/comm"))) ?? nil
        return bytes.map { String(decoding: $0, as: UTF8.self).filter { $0 != "\n" } }
    }

    /// Kills what is in the groups and removes these. Nothing there is fine.
    static func kill(_ groups: ControlGroups) async throws(ProviderError) {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let processes = groups.processes
            if processes.isEmpty {
                let isDone = try ProviderError.translate { () throws(HostError) in try groups.remove() }
                if isDone { return }
            }
            // the first process alone would do, if it is there: all others die with it
            for id in processes { MachineProcess(living: id)?.signal(SIGKILL) }
            // with version 1 of control groups a frozen process dies when it goes on, and not before
            if groups.isFrozen { try groups.thaw() }
            groups.thawBelow()
            guard ContinuousClock.now < deadline else {
                throw .timedOut("processes of '\(groups.path)' did not end after SIGKILL: \(processes.sorted())")
            }
            await pause(.milliseconds(1))
        }
    }

    private static func wait(until deadline: ContinuousClock.Instant, _ condition: () -> Bool)
        async throws(ProviderError)
    {
        var step = Duration.milliseconds(1)
        while !condition(), ContinuousClock.now < deadline {
            try ProviderError.checkCancellation("stopping the machine")
            await pause(step)
            step = min(step * 2, .milliseconds(20))
        }
    }

    /// Sleeps even where the task is cancelled: the end of a machine that is being killed is waited for.
    private static func pause(_ duration: Duration) async {
        do { try await Task.sleep(for: duration) } catch { await Task.yield() }
    }
}
