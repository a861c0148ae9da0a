import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// What of a machine was fixed when it was made or started.
enum LibvirtSettings {
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
        ] + list(of: options)
    }

    private static func networks(_ interfaces: [NetworkInterface]) -> String {
        texts(interfaces.map { "\($0.network) \($0.address)/\($0.subnet.prefixLength) \($0.mac)" })
    }

    private static func texts(_ items: [some CustomStringConvertible]) -> String {
        items.isEmpty ? "none" : items.map(\.description).joined(separator: ", ")
    }
}

extension LibvirtSettings {
    private static func list(of options: LibvirtOptions) -> [MachineSetting] {
        [
            MachineSetting("libvirt.uri", options.uri ?? "default", impact: .recreate),
            MachineSetting("libvirt.pool", options.pool ?? "default", impact: .recreate),
        ]
    }
}
