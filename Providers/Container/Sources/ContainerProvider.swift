package import DevenvDiagnostics
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// Makes machines that are containers of runc(8): an overlay over the box, namespaces of their own, an SSH server.
///
/// No daemon and no memory: everything of a machine is found from its identity, in directories, control groups, aliases
/// of links and comments of rules that carry it.
package struct ContainerProvider: Provider {
    /// `container`.
    package let name = ProviderName(unchecked: "container")

    let directories: HostDirectories
    let environment: [String: String]
    let tools: any ToolRunner

    /// Makes the provider; nothing is touched before it is used.
    package init(
        directories: HostDirectories, environment: [String: String] = [:], tools: any ToolRunner = SystemToolRunner()
    ) {
        self.directories = directories
        self.environment = environment
        self.tools = UserRealm.current.map { RealmTools(realm: $0, runner: tools) } ?? tools
    }

    /// What it can do. An ordinary user's containers can be suspended where a control group is delegated to the user, and say so
    /// where none is.
    package var features: ProviderFeatures {
        ProviderFeatures(
            boxFormats: [.directories], suspends: true, snapshots: true, savesMemory: false,
            exports: true,
            exportsSnapshots: true, renames: true)
    }

    /// What is wrong with the `container` block.
    package func validate(_ machine: MachineSpec) -> [Diagnostic] {
        ContainerOptions.read(machine.providerOptions[name]).diagnostics
    }

    /// What of its other keys a container can't honour.
    package func objections(to machine: MachineSpec) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        if let memory = machine.memory, memory < Self.leastMemory {
            diagnostics.append(
                .error(
                    "the machine '\(machine.name.value)' needs at least \(Self.leastMemory) of memory, not \(memory)",
                    at: machine.name.location))
        }
        if UserRealm.userID != 0 { diagnostics += missingLimits(of: machine) + missingOptions(of: machine) }
        if machine.disk != nil, let objection = diskObjection(to: machine) { diagnostics.append(objection) }
        return diagnostics
    }

    /// The properties that a machine made from this request has.
    package func settings(of request: MachineRequest) -> [MachineSetting] {
        MachineSettings.list(of: request, options: options(of: request)) + [diskSetting(of: request)]
    }

    /// Options that an ordinary user's machine can't have on this host.
    private func missingOptions(of machine: MachineSpec) -> [Diagnostic] {
        let options = ContainerOptions.read(machine.providerOptions[name]).options
        let takesGroups = options.initiator == .systemd && ControlGroups.isUnified()
        let hasGroups = takesGroups && GroupOutlook.look(directories).hasGroup
        return options.reservedForRoot(hasGroups: hasGroups).map { option, reason in
            .error(
                "the machine '\(machine.name.value)' can't have '\(option)': \(reason)", at: machine.name.location,
                help: "take it out of 'container', or run devenv as root; 'devenv doctor' says what is delegated")
        }
    }

    /// Limits of an ordinary user's machine that take what is not delegated to the user.
    private func missingLimits(of machine: MachineSpec) -> [Diagnostic] {
        let limits = [("memory", machine.memory != nil, "memory"), ("cpus", machine.cpus != nil, "cpu")].filter(\.1)
        guard !limits.isEmpty else { return [] }
        let controllers = GroupOutlook.look(directories).controllers
        return limits.filter { !controllers.contains($0.2) }.map { key, _, controller in
            .warning(
                "'\(key)' has no effect on '\(machine.name.value)': the controller '\(controller)' of control groups is not"
                    + " delegated to you", at: machine.name.location, help: "'devenv doctor' says what helps")
        }
    }

    /// Less does not start.
    private static let leastMemory = ByteCount(bytes: 32 << 20)

    func place(_ identity: MachineIdentity) -> MachinePlace { MachinePlace(identity, in: directories) }
    func options(of request: MachineRequest) -> ContainerOptions {
        ContainerOptions.read(request.spec.providerOptions[name]).options
    }
    /// The ids of a machine's users on this host.
    func ids(of request: MachineRequest) -> IDRange { options(of: request).isPrivileged ? .host : .own }
    var network: HostNetwork { HostNetwork(tools: tools, owners: MarkOwners(directories: directories)) }
}
