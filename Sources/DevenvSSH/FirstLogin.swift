package import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// The first login to a machine whose box lets in a well-known key: every command is a connection of its own, which accepts
/// whatever host key it is shown and remembers nothing.
///
/// By the system's ssh, as such keys are often RSA, which older versions of libssh2 use with SHA-1 only; servers refuse that.
package struct FirstLogin: Communicator {
    private let endpoint: SSHEndpoint
    private let runner: any ToolRunner
    private let failure: SSHFailure

    /// Names the machine; does nothing yet.
    package init(_ endpoint: SSHEndpoint, runner: any ToolRunner) {
        self.endpoint = endpoint
        self.runner = runner
        failure = SSHFailure(endpoint)
    }

    /// Tries once: who logs in for the first time knows when to try again.
    package func waitUntilReady(timeout: Duration) async throws(CommunicatorError) {
        _ = try await run(RemoteCommand("exit 0", timeout: timeout)) { _, _ in }
    }

    /// Runs a command; its output is delivered when it has ended. All of the input is collected first.
    package func run(_ command: RemoteCommand, output: @escaping OutputHandler) async throws(CommunicatorError)
        -> RemoteExit
    {
        let call = invocation(of: command.text, input: try await collect(command.input), command.timeout)
        let outcome: ToolOutcome
        do throws(ToolError) { outcome = try await runner.run(call) } catch {
            throw error.code == .cancelled
                ? failure.cancelled()
                : error.code == .timedOut ? failure.silent("it took too long") : failure.failed(error.description)
        }
        if outcome.status == 255 { throw translate(outcome.complaint) }
        output(.standardOutput, outcome.standardOutput)
        output(.standardError, outcome.standardError)
        return .status(outcome.status)
    }

    /// There is no connection to close.
    package func close() async {}

    /// The call; pure.
    func invocation(of command: String, input: [UInt8], _ timeout: Duration?) -> ToolInvocation {
        var options = [
            "BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null",
            "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no", "IdentitiesOnly=yes", "IdentityAgent=none",
            "PreferredAuthentications=publickey", "ConnectTimeout=60", "LogLevel=ERROR",
            // boxes may be old, and the key protects nothing
            "IgnoreUnknown=PubkeyAcceptedAlgorithms", "PubkeyAcceptedAlgorithms=+ssh-rsa",
            "HostKeyAlgorithms=+ssh-rsa",
        ]
        if let proxy = endpoint.proxy { options.append("ProxyCommand=\(ShellWord.proxyCommand(proxy))") }
        let place = ["-T", "-p", "\(endpoint.port)", "-l", endpoint.user, "-i", endpoint.identityFile.string]
        return ToolInvocation(
            "ssh",
            ["-F", "none"] + options.flatMap { ["-o", $0] } + place + ["--", endpoint.host, command], input: input,
            timeout: timeout ?? .seconds(120))
    }

    private func collect(_ input: RemoteInput) async throws(CommunicatorError) -> [UInt8] {
        switch input {
        case .none: return []
        case .bytes(let bytes): return bytes
        case .chunks(let next):
            var all: [UInt8] = []
            do {
                while let chunk = try await next() { all += chunk }
            } catch {
                throw failure.inputFailed("\(error)")
            }
            return all
        }
    }

    /// ssh has one exit status for all its own troubles, and says which it is.
    private func translate(_ complaint: String) -> CommunicatorError {
        if complaint.contains("Permission denied") {
            return failure.keyRefused(identity: endpoint.identityFile.string, reason: complaint)
        }
        if complaint.contains("Connection refused") { return failure.refused() }
        return failure.lost(complaint.isEmpty ? "ssh gave no reason" : complaint)
    }
}
