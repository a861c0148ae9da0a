import DevenvHost
import DevenvPluginAPI
import DevenvState
import SystemPackage

/// The background processes that watch folders: one for each machine, and a shell that starts it again whenever it ends. They
/// outlive the command that starts them and hold none of its files and no terminal. The caller holds the machine's lock.
struct LiveSupervisor: Sendable {
    let store: ProjectStore
    let environment: [String: String]

    /// It ends when the program has nothing to do any more, which it says by its status, or is gone itself.
    private static let script = "while [ -x \"$1\" ]; do \"$@\" && exit; sleep 0.5 </dev/null; done"
    /// What the process needs to find the state and whatever leads to the machine.
    private static let inherited = [
        "DEVENV_HOME", "HOME", "PATH", "SSH_AUTH_SOCK", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
        UserRealm.variable,
    ]

    /// Starts the process of a machine, which finds its order in the state.
    func start(_ machine: MachineIdentity) async throws(EngineError) {
        guard let program = Self.ownProgram else {
            throw EngineError(.failed, "watching folders: the path of devenv's own program can't be read")
        }
        let command = LiveCommand(machine, in: store.directory)
        let words = ["-c", Self.script, LiveProcess.supervisorName, program] + command.arguments
        do {
            let null = try FileDescriptor.open("/dev/null", .readOnly, options: [.closeOnExec])
            defer { try? null.close() }  // it was only handed on
            try await DetachedProcess.start(
                "/bin/sh", words, environment: environment.filter { Self.inherited.contains($0.key) }, input: null)
        } catch {
            throw EngineError(.failed, "watching folders of '\(machine.name)': \(error)")
        }
        try await wait("starting") { LiveProcess.machines().contains(machine.machine) }
    }

    /// Ends the processes of a machine; none there is fine.
    func stop(_ machine: MachineIdentity) async throws(EngineError) {
        // whoever interrupts us still wants them gone
        let failure = await Task { () async -> EngineError? in
            do throws(EngineError) {
                try await wait("ending") {
                    let found = LiveProcess.all().filter { $0.command.machine == machine.machine }
                    LiveProcess.end(found)
                    return found.isEmpty
                }
                return nil
            } catch { return error }
        }.value
        if let failure { throw failure }
    }

    private func wait(_ what: String, until isDone: () -> Bool) async throws(EngineError) {
        let end = ContinuousClock.now + .seconds(60)
        var pause = Duration.milliseconds(1)
        while !isDone() {
            guard ContinuousClock.now < end else {
                throw EngineError(.failed, "\(what) what watches folders takes longer than a minute")
            }
            do { try await Task.sleep(for: pause) } catch { throw EngineError(.cancelled, "interrupted") }
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    /// The kernel says so where the file was replaced while it ran: then its successor stands there.
    private static var ownProgram: String? {
        guard let text = HostFiles.target(of: "/proc/self/exe")?.string else { return nil }
        let replaced = " (deleted)"
        return text.hasSuffix(replaced) ? String(text.dropLast(replaced.count)) : text
    }
}
