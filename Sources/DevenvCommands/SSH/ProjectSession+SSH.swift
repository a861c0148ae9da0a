import DevenvEngine
import DevenvGuest
import DevenvModel

extension ProjectSession {
    /// How the system's ssh reaches a machine that runs.
    func sshOptions(of machine: MachineName, in graph: MachineGraph?) async throws -> SSHClientOptions {
        let endpoint = try await engine.endpoint(of: machine)
        let settings = graph?[machine]?.ssh
        return SSHClientOptions(
            endpoint: endpoint, forwardsAgent: settings?.forwardAgent ?? false, config: settings?.config)
    }
}
