import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

extension StepRunner {
    /// Everything that a provider needs to know of a machine.
    func request(_ machine: Wanted, _ record: MachineRecord) async throws -> MachineRequest {
        let keys = MachineKeys(directory: store.directory(of: machine.name))
        let ownKey = try await ownPublicKey(machine.spec.ssh)
        return MachineRequest(
            identity: record.identity, record: record.recorded.record,
            spec: machine.spec.completed(by: machine.box), box: machine.box,
            access: try keys.access(user: record.user, port: record.sshPort, extraKey: ownKey), hosts: machine.hosts,
            forwards: record.forwards, logDirectory: store.logs(of: machine.name),
            directory: store.directory)
    }

    private func ownPublicKey(_ ssh: SSHSettings) async throws -> String? {
        guard let key = ssh.key else { return nil }
        do { return try await publicHalf(of: key) } catch let error as EngineError {
            throw EngineError(
                error.code, error.message,
                help: "name an existing private key without a passphrase with 'ssh: {key: …}', or none at all")
        }
    }

    /// The public half of a private key without a passphrase (ssh-keygen(1), `-y`).
    func publicHalf(of key: FilePath) async throws -> String {
        let call = ToolInvocation("ssh-keygen", ["-y", "-P", "", "-f", key.string], timeout: .seconds(10))
        let outcome = try await components.runner.run(call)
        guard outcome.status == 0, let line = outcome.text.split(separator: "\n").first else {
            throw EngineError(.failed, "reading the key '\(key)': \(outcome.complaint)")
        }
        return String(line)
    }
}
