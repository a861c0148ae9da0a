package import DevenvDiagnostics
package import DevenvModel

/// What can be said against a machine before anything is asked of a host.
package enum MachineValidation {
    /// Less does not start.
    private static let leastMemory = ByteCount(bytes: 64 << 20)

    /// What is wrong with the `libvirt` block, and with keys that a virtual machine can't honour.
    package static func diagnostics(of machine: MachineSpec) -> [Diagnostic] {
        let tree = machine.providerOptions[LibvirtOptions.name]
        let (options, found) = LibvirtOptions.read(tree)
        return found + memory(machine) + topology(machine, options, tree) + board(options, tree)
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
