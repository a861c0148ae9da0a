import DevenvHost
package import DevenvPluginAPI
package import SystemPackage

extension VirtualBoxProvider {
    /// What is usable on this host.
    package func check() async -> [Finding] {
        let manage = manage(VBoxHome(environment: environment))
        let version: VBoxVersion
        do throws(VBoxError) { version = try await self.version(manage) } catch {
            if error.code == .missing {
                return [
                    Finding(.problem, "VirtualBox is not installed: there is no VBoxManage", cure: VBoxError.install)
                ]
            }
            let problem = error.providerError("asking VirtualBox for its version")
            return [Finding(.problem, problem.message, cure: problem.help)]
        }
        var findings = [Finding(.fine, "VirtualBox \(version)")]
        // VirtualBox itself is asked when a machine is started; without its module it says next to nothing
        if !HostFiles.exists("/dev/vboxdrv") {
            findings.append(
                Finding(
                    .warning, "VirtualBox's kernel module 'vboxdrv' is not loaded: machines will not start",
                    cure: VBoxError.loadModule))
        }
        return findings
    }

    /// Returns when the machine has ended, with the reason. VirtualBox writes the machine's settings whenever one ends, and its
    /// process writes into its log when it stops: VirtualBox is asked after either, and sometimes in any case. It stops one
    /// whose disk can't grow, and then there may be no room for the log either.
    package func waitForEnd(of machine: RecordedMachine) async -> String {
        let manage = manage(machine)
        let places = places(of: machine)
        let settings = places.settings(of: machine.identity)
        let log = MachineLog(below: places.folder(of: machine.identity))
        var (seen, state, asked) = (Self.content(of: settings), "RUNNING", ContinuousClock.now)
        if let id = machine.identity.vm, let start = await memory.start(of: id) { seen = start.settings }
        while true {
            do { try await Task.sleep(for: .seconds(1)) } catch { return "the wait was cancelled" }
            let now = Self.content(of: settings)
            let last = log.lastState() ?? state
            let disk = FullDisk(places.folder(of: machine.identity))
            let isDue = ContinuousClock.now - asked > Self.patienceForEnd
            guard now != seen || last != state || disk != nil || isDue else { continue }
            (seen, state, asked) = (now, last, .now)
            // what can't be asked now is asked later
            guard let id = machine.identity.vm, let output = try? await manage.run(.show(id)) else { continue }
            guard let state = MachineReport(output)?.state, state.observed != .running else { continue }
            if state == .paused, let disk { return disk.reasonForPause }
            return Self.reason(state)
        }
    }

    /// How long a machine may have ended without a sign: when VirtualBox's own service was killed with it.
    private static let patienceForEnd = Duration.seconds(120)

    /// A file that can't be read tells nothing; the machine is asked for all the same.
    static func content(of file: FilePath) -> [UInt8]? { (try? HostFiles.read(file)) ?? nil }

    private static func reason(_ state: VMState) -> String {
        switch state.observed {
        case .broken(let why): why
        case .suspended: "it was suspended"
        default: state == .aborted ? "its process of VirtualBox has ended unexpectedly" : "it was switched off"
        }
    }

    /// Where VirtualBox's own log is.
    package func explainSilence(of machine: RecordedMachine, logDirectory: FilePath) async -> [String] {
        guard let id = machine.identity.vm, let output = try? await manage(machine).run(.show(id)),
            let report = MachineReport(output), let log = MachineLog(report)
        else { return [] }  // what can't be found out is left out
        return ["VirtualBox's own log of it is '\(log.path)'"]
    }
}
