import DevenvModel
import DevenvPluginAPI

/// What of a machine was fixed when it was made or started.
///
/// But for the names of other machines, which the engine itself compares by a digest: written out for each of many
/// machines, they would be as many texts as there are pairs.
enum MachineSettings {
    static func list(of request: MachineRequest, options: ContainerOptions) -> [MachineSetting] {
        let spec = request.spec
        return [
            MachineSetting("box", request.box.digest, impact: .recreate),
            MachineSetting("hostname", spec.hostname, impact: .restart),
            MachineSetting("networks", networks(spec.interfaces), impact: .restart),
            MachineSetting("ssh", "\(request.access.user), port \(request.access.port)", impact: .restart),
            MachineSetting("cpus", spec.cpus.map { "\($0)" } ?? "no limit", impact: .live),
            MachineSetting("memory", spec.memory?.description ?? "no limit", impact: .live),
            MachineSetting("forward", texts(request.forwards), impact: .live),
        ] + list(of: options)
    }

    private static func list(of options: ContainerOptions) -> [MachineSetting] {
        [
            MachineSetting("container.pids", "\(options.processLimit)", impact: .live),
            MachineSetting("container.dns", options.nameServers.map(texts) ?? "the host's", impact: .live),
            MachineSetting(
                "container.capabilities", texts(options.capabilities.sorted().map(\.name)), impact: .restart),
            MachineSetting("container.command", options.command.map(texts) ?? "sshd", impact: .restart),
            MachineSetting("container.init", name(of: options.initiator), impact: .restart),
            MachineSetting("container.swap", "\(options.swap)", impact: .live, initial: "none"),
            MachineSetting("container.devices", texts(options.devices), impact: .restart, initial: "none"),
            MachineSetting("container.runtime", options.runtime.rawValue, impact: .restart, initial: "runc"),
            MachineSetting("container.binds", texts(options.binds), impact: .restart, initial: "none"),
            MachineSetting("container.nesting", "\(options.isNesting)", impact: .restart, initial: "false"),
            // the owners of its files are others
            MachineSetting("container.privileged", "\(options.isPrivileged)", impact: .recreate, initial: "false"),
            MachineSetting("container.seccomp", options.seccomp.rawValue, impact: .restart),
            MachineSetting(
                "container.environment", texts(options.environment.map { "\($0.key)=\($0.value)" }.sorted()),
                impact: .restart),
        ]
    }

    /// As it is written in an Envfile.
    private static func name(of initiator: ContainerOptions.Initiator) -> String {
        switch initiator {
        case .small: "true"
        case .none: "false"
        case .systemd: "systemd"
        }
    }

    private static func networks(_ interfaces: [NetworkInterface]) -> String {
        texts(
            interfaces.map {
                "\($0.network) \($0.address)/\($0.subnet.prefixLength) \($0.mac)\($0.isInternal ? " internal" : "")"
                    + ($0.address6.map { " \($0)" } ?? "") + ($0.isShared ? " shared" : "")
            })
    }

    private static func texts(_ items: [some CustomStringConvertible]) -> String {
        items.isEmpty ? "none" : items.map(\.description).joined(separator: ", ")
    }
}
