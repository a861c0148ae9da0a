package import DevenvDiagnostics
package import DevenvModel

/// What not every provider can do with networks.
package enum NetworkAbility {
    /// Refuses the networks of a machine that other projects are on, for a provider whose networks are each project's own.
    package static func withoutSharing(_ machine: MachineSpec, _ provider: ProviderName) -> [Diagnostic] {
        machine.interfaces.filter(\.isShared).map { interface in
            let place = machine.attachments.first { $0.network.value == interface.network }?.network.location
            return .error(
                "the provider '\(provider)' has no shared networks, and '\(interface.network)' is one",
                at: place ?? machine.name.location, help: "take 'shared' out, or make the machine with 'container'")
        }
    }
}
