package import DevenvDiagnostics
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

/// Makes virtual machines with VirtualBox, through its own program VBoxManage.
///
/// No memory and no daemon of its own: a machine's UUID is made of the ids of its project and itself, so that it is found
/// from these alone; the port of its SSH server is a rule of the machine's own. Which of several VirtualBoxes of one host a
/// machine belongs to is recorded before anything is made in it.
package struct VirtualBoxProvider: Provider {
    /// `virtualbox`.
    package let name = VirtualBoxOptions.name

    let directories: HostDirectories
    let environment: [String: String]
    let tools: any ToolRunner
    let policyFile: FilePath
    let memory = ProviderMemory()

    /// Makes the provider; nothing is asked before it is used. `policyFile` is where VirtualBox reads which host-only networks
    /// it allows.
    package init(
        directories: HostDirectories, environment: [String: String], tools: any ToolRunner = SystemToolRunner(),
        policyFile: FilePath = "/etc/vbox/networks.conf"
    ) {
        self.policyFile = policyFile
        self.directories = directories
        self.environment = environment
        self.tools = tools
    }

    /// What it can do.
    package var features: ProviderFeatures {
        ProviderFeatures(boxFormats: [.ovf], suspends: true, snapshots: true, exports: true, setsNetworksInside: true)
    }

    /// What is wrong with the `virtualbox` block.
    package func validate(_ machine: MachineSpec) -> [Diagnostic] {
        VirtualBoxOptions.read(machine.providerOptions[name]).diagnostics
    }

    /// What of its other keys a machine of VirtualBox can't honour.
    package func objections(to machine: MachineSpec) -> [Diagnostic] {
        MachineObjections.all(to: machine) + NetworkAbility.plainOnly(machine, name)
            + NetworkObjections.all(
                to: machine, VirtualBoxOptions.read(machine.providerOptions[name]).options,
                NetworkPolicy(policyFile))
    }

    /// The properties that a machine made from this request has.
    package func settings(of request: MachineRequest) -> [MachineSetting] {
        MachineSettings.list(of: request, options: options(of: request))
    }

    /// Which VirtualBox the machine is to be made in, where the environment names one.
    package func claim(_ request: MachineRequest) -> ProviderRecord { VBoxHome(environment: environment).record }

    func options(of request: MachineRequest) -> VirtualBoxOptions {
        VirtualBoxOptions.read(request.spec.providerOptions[name]).options
    }

    /// How the VirtualBox is called that a machine is in.
    func manage(_ machine: RecordedMachine) -> VBoxManage { manage(VBoxHome(machine.record)) }
    func manage(_ home: VBoxHome) -> VBoxManage {
        VBoxManage(tools: tools, environment: home.applied(to: environment), data: MachinePlaces.root(directories))
    }

    /// The release that is installed, asked once for each installation.
    func version(_ manage: VBoxManage, _ attempt: String) async throws(ProviderError) -> VBoxVersion {
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in try await version(manage) }
    }
    func version(_ manage: VBoxManage) async throws(VBoxError) -> VBoxVersion {
        try await memory.version(manage, kept: { ReleaseMemory(directories: directories) })
    }

    /// Where the files of a machine are, and of what it is a clone of.
    func places(of machine: RecordedMachine) -> MachinePlaces {
        MachinePlaces(directories, in: VBoxHome(machine.record))
    }

    /// The networks that a machine is on.
    func networks(of machine: RecordedMachine, _ manage: VBoxManage, _ attempt: String) -> ProjectNetworks {
        ProjectNetworks(
            manage: manage, places: places(of: machine), policy: NetworkPolicy(policyFile), machine: machine.identity,
            attempt: attempt)
    }

    func attempt(_ machine: RecordedMachine, _ verb: String) -> String {
        "\(verb) the machine '\(machine.identity.name)'"
    }

    /// The UUID of a machine, which every machine has that is more than a wish.
    func id(of machine: RecordedMachine, _ attempt: String) throws(ProviderError) -> VMID {
        guard let id = machine.identity.vm else { throw .invalidRequest("\(attempt): it has no proper id") }
        return id
    }

    /// A machine as VirtualBox describes it; nil where it knows none. `isToEnd`: its process is ended where it is stuck.
    func report(
        of id: VMID, _ manage: VBoxManage, _ attempt: String, isToEnd: Bool = false
    ) async throws(ProviderError) -> MachineReport? {
        do throws(VBoxError) {
            return try MachineReport.read(
                try await isToEnd ? manage.insist(.show(id), on: id) : manage.run(.show(id)))
        } catch {
            if error.isMissing { return nil }
            if error.code == .timedOut {
                throw .timedOut(
                    "\(attempt): \(error.message)",
                    help: "the machine's process may be stuck; 'devenv halt --force' ends it")
            }
            guard error.isInaccessible else { throw error.providerError(attempt) }
            throw .failed(
                "\(attempt): VirtualBox can't read its settings", help: "run 'devenv destroy', then 'devenv up'")
        }
    }

    /// The same of one that must be there.
    func existing(
        _ machine: RecordedMachine, _ manage: VBoxManage, _ attempt: String
    ) async throws(ProviderError) -> MachineReport {
        guard let report = try await report(of: try id(of: machine, attempt), manage, attempt) else {
            throw .invalidRequest("\(attempt): it does not exist", help: "run 'devenv up'")
        }
        return report
    }
}
