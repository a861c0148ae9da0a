import DevenvModel
import DevenvPluginAPI

/// What of a machine was fixed when it was made or started.
///
/// But for the names of other machines, which the engine itself compares by a digest.
enum MachineSettings {
    static func list(of request: MachineRequest, options: LibvirtOptions) -> [MachineSetting] {
        let spec = request.spec
        return [
            MachineSetting("box", request.box.digest, impact: .recreate),
            MachineSetting("hostname", spec.hostname, impact: .restart),
            MachineSetting("networks", networks(spec.interfaces), impact: .restart),
            MachineSetting("ssh", "\(request.access.user), port \(request.access.port)", impact: .restart),
            MachineSetting("cpus", spec.cpus.map { "\($0)" } ?? "default", impact: .restart),
            MachineSetting("memory", "\(spec.memory ?? DomainDescription.usualMemory)", impact: .restart),
            MachineSetting("disk", spec.disk?.description ?? "the box's", impact: .restart),
            MachineSetting("forward", texts(request.forwards), impact: .live),
        ] + options.settings
    }

    private static func networks(_ interfaces: [NetworkInterface]) -> String {
        texts(interfaces.map { "\($0.network) \($0.address)/\($0.subnet.prefixLength) \($0.mac)" })
    }

    /// The items with commas between them.
    static func texts(_ items: [some CustomStringConvertible]) -> String {
        items.isEmpty ? "none" : items.map(\.description).joined(separator: ", ")
    }
}
