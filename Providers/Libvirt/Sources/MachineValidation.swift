package import DevenvDiagnostics
package import DevenvModel

/// What can be said against a machine before anything is asked of a host.
package enum MachineValidation {
    /// Less does not start.
    private static let leastMemory = ByteCount(bytes: 64 << 20)

    /// What is wrong with the `libvirt` block.
    package static func diagnostics(of machine: MachineSpec) -> [Diagnostic] {
        let tree = machine.providerOptions[LibvirtOptions.name]
        let (options, found) = LibvirtOptions.read(tree)
        return found + topology(machine, options, tree) + board(options, tree)
    }

    /// What of its other keys a virtual machine of a daemon can't honour.
    package static func objections(to machine: MachineSpec, at uri: LibvirtURI) -> [Diagnostic] {
        memory(machine) + machine.forwards.compactMap { forward(of: machine, $0, at: uri) }
    }

    /// Forwards begin on this host, and only SSH leads from here to the machines of another.
    private static func forward(of machine: MachineSpec, _ forward: Located<PortForward>, at uri: LibvirtURI)
        -> Diagnostic?
    {
        guard uri.driver == "qemu", !uri.isLocal else { return nil }
        let tunnel =
            "'devenv ssh \(machine.name.value) -- -L \(forward.value.host):127.0.0.1:\(forward.value.guest)'"
        if uri.scope == .session {
            return .error(
                "forwards into a machine of a user's libvirt on another host, '\(uri)', are not possible",
                at: forward.location, help: "use \(tunnel), or that host's qemu+ssh://…/system")
        }
        guard forward.value.transport == .udp, RemoteHost(uri) != nil else { return nil }
        return .error(
            "SSH, which leads to the machines of '\(uri)', carries TCP only, and this forward is of UDP",
            at: forward.location, help: "take it out, or use a libvirt of this host")
    }

    private static func memory(_ machine: MachineSpec) -> [Diagnostic] {
        guard let memory = machine.memory, memory < leastMemory else { return [] }
        return [
            .error(
                "the machine '\(machine.name.value)' needs at least \(leastMemory) of memory, not \(memory)",
                at: machine.name.location)
        ]
    }

    private static func topology(_ machine: MachineSpec, _ options: LibvirtOptions, _ tree: OptionTree?)
        -> [Diagnostic]
    {
        guard let topology = options.topology, let cpus = machine.cpus, cpus != topology.processors else { return [] }
        return [
            .error(
                "'cpu_topology' makes \(topology.processors) processors (\(topology)), but 'cpus' is \(cpus)",
                at: tree?["cpu_topology"]?.location)
        ]
    }

    private static func board(_ options: LibvirtOptions, _ tree: OptionTree?) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        let type = options.machineType ?? "q35"
        if options.securesBoot, !type.contains("q35") {
            diagnostics.append(
                .error("'secure_boot' needs 'machine_type: q35', not '\(type)'", at: tree?["secure_boot"]?.location))
        }
        if options.accelerator == .tcg, options.processor == .hostPassthrough {
            diagnostics.append(
                .error(
                    "'cpu_mode: host-passthrough' needs KVM, which 'accelerator: tcg' excludes",
                    at: tree?["cpu_mode"]?.location, help: "leave 'cpu_mode' out"))
        }
        if options.graphics == .none, let video = options.video, video != .none {
            diagnostics.append(
                .warning(
                    "nobody sees the screen of 'video: \(video.rawValue)' with 'graphics: none'",
                    at: tree?["video"]?.location))
        }
        return diagnostics
    }
}
