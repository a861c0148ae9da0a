import DevenvHost
import DevenvModel
import DevenvPluginAPI

extension StepRunner {
    /// Tells a machine its addresses and its neighbours' names, where its provider has no other way to. Without a communicator
    /// it is reached first.
    func setNetworks(in machine: Wanted, over communicator: (any Communicator)?) async throws {
        guard machine.provider.features.setsNetworksInside else { return }
        let program = GuestNetworks(
            interfaces: machine.spec.interfaces, hosts: machine.hosts, hostname: machine.spec.hostname
        ).program
        let way: any Communicator
        if let communicator {
            way = communicator
        } else {
            way = try await reach(machine.name, machine.provider).communicator
        }
        let reason = try await program.failure(on: way, timeout: .seconds(120))
        FaultPoint.reach("engine.networks.set")
        guard let reason else { return }
        throw EngineError(
            .failed, "setting the networks of machine '\(machine.name)': \(reason)",
            help:
                "its user must be able to become root by sudo without a password; 'devenv up \(machine.name)' tries again"
        )
    }
}
