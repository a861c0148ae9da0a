import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

/// What can be said against the networks of a machine before anything is made.
enum NetworkObjections {
    static func all(
        to machine: MachineSpec, _ options: VirtualBoxOptions, _ policy: NetworkPolicy
    ) -> [Diagnostic] {
        machine.interfaces.compactMap { objection(to: $0, of: machine, options, policy) }
            + tooMany(machine.interfaces.count + options.bridges.count + 1, machine)
    }

    /// A network that can't be host-only is an error where it has to be. Otherwise it is worth a word where an address was
    /// asked for, as this host is then expected to reach it.
    private static func objection(
        to interface: NetworkInterface, of machine: MachineSpec, _ options: VirtualBoxOptions, _ policy: NetworkPolicy
    ) -> Diagnostic? {
        guard options.networks != .internal, !policy.allows(interface.subnet) else { return nil }
        let attachment = machine.attachments.first { $0.network.value == interface.network }
        let place = attachment?.address?.location ?? attachment?.network.location ?? machine.name.location
        let refusal = policy.refusal(of: interface.network, interface.subnet)
        let cure = policy.cure(for: interface.subnet)
        if options.networks == .hostOnly { return .error(refusal, at: place, help: cure) }
        guard attachment?.address != nil else { return nil }
        return .warning(
            "this host does not reach \(interface.address): \(refusal)", at: place, help: cure)
    }

    private static func tooMany(_ count: Int, _ machine: MachineSpec) -> [Diagnostic] {
        guard count > CardPlan.limit else { return [] }
        return [
            .error(
                "the machine '\(machine.name.value)' would have \(count) network cards; a machine of VirtualBox has "
                    + "\(CardPlan.limit), of which the first leads out",
                at: machine.name.location, help: "take it off some of its 'networks' or 'bridges'")
        ]
    }
}
