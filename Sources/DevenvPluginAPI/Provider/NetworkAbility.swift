package import DevenvDiagnostics
package import DevenvModel

/// What not every provider can do with networks.
package enum NetworkAbility {
    /// Refuses what only networks of this host's own bridges can be, shared by projects or with IPv6 addresses, for a provider
    /// that has others.
    package static func plainOnly(_ machine: MachineSpec, _ provider: ProviderName) -> [Diagnostic] {
        machine.interfaces.flatMap { interface -> [Diagnostic] in
            func refusal(_ what: String, _ key: String) -> Diagnostic {
                let place = machine.attachments.first { $0.network.value == interface.network }?.network.location
                return .error(
                    "the provider '\(provider)' has no \(what), and '\(interface.network)' is one",
                    at: place ?? machine.name.location,
                    help: "take '\(key)' out, or make the machine with 'container'")
            }
            return (interface.isShared ? [refusal("shared networks", "shared")] : [])
                + (interface.subnet6 != nil ? [refusal("networks with IPv6", "subnet6")] : [])
        }
    }
}
