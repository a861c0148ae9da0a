import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

/// What of a machine was fixed when it was made or started.
enum MachineSettings {
    static func list(of request: MachineRequest, options: VirtualBoxOptions) -> [MachineSetting] {
        let spec = request.spec
        return [
            MachineSetting("box", request.box.digest, impact: .recreate),
            MachineSetting("networks", texts(spec.interfaces.map(text)), impact: .restart),
            MachineSetting("ssh", "\(request.access.user), port \(request.access.port)", impact: .restart),
            MachineSetting("cpus", spec.cpus.map { "\($0)" } ?? "the box's", impact: .restart),
            MachineSetting("memory", spec.memory?.description ?? "the box's", impact: .restart),
            MachineSetting("disk", spec.disk?.description ?? "the box's", impact: .restart),
            MachineSetting("forward", texts(request.forwards), impact: .live),
        ] + options.settings
    }

    private static func text(_ interface: NetworkInterface) -> String {
        "\(interface.network) \(interface.address)/\(interface.subnet.prefixLength) \(interface.mac)"
    }

    /// The items with commas between them.
    static func texts(_ items: [some CustomStringConvertible]) -> String {
        items.isEmpty ? "none" : items.map(\.description).joined(separator: ", ")
    }
}

/// What can be said against a machine before anything is asked of VirtualBox.
enum MachineObjections {
    private static let leastMemory = ByteCount(bytes: 4 << 20)

    static func all(to machine: MachineSpec) -> [Diagnostic] {
        guard let memory = machine.memory, memory < leastMemory else { return [] }
        return [
            .error(
                "the machine '\(machine.name.value)' needs at least \(leastMemory) of memory, not \(memory)",
                at: machine.name.location)
        ]
    }
}
