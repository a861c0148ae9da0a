import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

/// Turns what came of a script into success or the error that a user can act on.
struct ShellVerdict {
    /// The item.
    let item: ProvisionerSpec
    /// Its options.
    let options: ShellOptions
    /// What the script's first line names.
    let interpreter: String?
    /// The boot of the machine that the script was sent to, asked for where it may restart the machine: one that does so at once
    /// may take the word of its beginning with it.
    let boot: String?

    /// Returns where the script succeeded, otherwise throws why it did not. Waits for a restart where one is due.
    func judge(_ outcome: RemoteProgramOutcome, restart: RestartWait) async throws(ProvisionerError) {
        switch outcome {
        case .ended(let status, let boot):
            if options.mayReboot, status == 0 { return try await settle(boot, restart) }
            // a script that the machine's shutdown ends has 128 and the signal's number
            if options.mayReboot, status > 128, try await hasRestarted(boot, restart, within: restart.patience.toBegin)
            {
                return
            }
            if status != 0 { throw failure(status: status) }
        case .refused(let reason): throw ProvisionerError("\(attempt): \(reason)")
        case .notStarted(let exit, let complaint): throw notStarted(exit, complaint)
        case .brokenOff(let exit, let boot):
            guard options.mayReboot, try await hasRestarted(boot, restart, within: restart.patience.toBegin) else {
                throw ProvisionerError("\(attempt): something in the machine ended it (\(exit))")
            }
        case .unreachable(let error, let boot): try await lost(error, boot, restart)
        }
    }

    private var attempt: String { "running '\(item.name.value)'" }

    private func failure(status: Int) -> ProvisionerError {
        var help: String?
        if status == 126 || status == 127 {
            let program = interpreter ?? options.interpreter?.first
            help = program.map { "is '\($0)' in the machine, and every command that the script uses?" }
        }
        let signal = status > 128 && status < 160 ? " (signal \(status - 128))" : ""
        return ProvisionerError(
            "\(attempt): the script failed with exit status \(status)\(signal)", help: help, exitStatus: status)
    }

    private func notStarted(_ exit: RemoteExit, _ complaint: String) -> ProvisionerError {
        let reason = complaint.isEmpty ? "the login shell ended with \(exit)" : complaint
        guard options.isPrivileged else { return ProvisionerError("\(attempt): \(reason)") }
        return ProvisionerError(
            "\(attempt) as root: \(reason)",
            help: "let the user become root by sudo without a password (NOPASSWD), or set privileged: false")
    }

    private func lost(_ error: CommunicatorError, _ boot: String?, _ restart: RestartWait)
        async throws(ProvisionerError)
    {
        if error.code == .cancelled { throw ProvisionerError("\(attempt): interrupted", isCancellation: true) }
        if error.code == .timedOut {
            let limit = item.timeout.map { " after \($0.brief)" } ?? ""
            throw ProvisionerError("\(attempt): out of time\(limit)", help: "raise the item's 'timeout'")
        }
        guard boot != nil || error.code == .connectionLost else { throw ProvisionerError("\(attempt): \(error)") }
        guard options.mayReboot else {
            throw ProvisionerError(
                "\(attempt): the connection was lost before the script had ended, so it counts as failed (\(error))",
                help: "if the script restarts the machine, say reboot: true")
        }
        guard let boot = boot ?? self.boot else { throw ProvisionerError("\(attempt): \(error)") }
        guard try await hasRestarted(boot, restart, within: restart.patience.toReturn) else {
            throw ProvisionerError("\(attempt): the connection was lost, but the machine did not restart (\(error))")
        }
    }

    /// After a script that ended well: `reboot` returns at once, so the restart may still be about to begin.
    private func settle(_ boot: String, _ restart: RestartWait) async throws(ProvisionerError) {
        _ = try await hasRestarted(boot, restart, within: restart.patience.toBegin)
    }

    private func hasRestarted(_ boot: String, _ restart: RestartWait, within time: Duration)
        async throws(ProvisionerError) -> Bool
    {
        do throws(CommunicatorError) {
            return try await restart.hasRestarted(since: boot, within: time)
        } catch {
            throw ProvisionerError(
                "\(attempt): the machine did not come back after its restart: \(error)",
                isCancellation: error.code == .cancelled)
        }
    }
}
