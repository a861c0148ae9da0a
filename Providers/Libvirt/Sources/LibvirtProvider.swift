package import DevenvDiagnostics
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// Makes virtual machines through libvirt: on KVM where a guest really runs under it, on QEMU's emulation otherwise.
///
/// No memory and no daemon of its own: a domain's UUID is made of the ids of its project and machine, its metadata says
/// what a start intended, and names of networks and volumes carry the ids. Which libvirt a machine belongs to is recorded
/// before anything is made in it.
package struct LibvirtProvider: Provider {
    /// `libvirt`.
    package let name = ProviderName(unchecked: "libvirt")

    let directories: HostDirectories
    let environment: [String: String]
    let tools: any ToolRunner
    let relay: RelayProgram

    /// Makes the provider; nothing is loaded or asked before it is used. `relay` is the program that forwards are run by.
    package init(
        directories: HostDirectories, environment: [String: String], tools: any ToolRunner = SystemToolRunner(),
        relay: RelayProgram = .own
    ) {
        self.directories = directories
        self.environment = environment
        self.tools = tools
        self.relay = relay
    }

    /// What it can do.
    package var features: ProviderFeatures {
        ProviderFeatures(boxFormats: [.qcow2], suspends: true, snapshots: true, exports: true)
    }

    /// What is wrong with the `libvirt` block.
    package func validate(_ machine: MachineSpec) -> [Diagnostic] { MachineValidation.diagnostics(of: machine) }

    /// What of its other keys a virtual machine can't honour, in the libvirt that options and environment name. Where they
    /// name none, it is one of this host.
    package func objections(to machine: MachineSpec) -> [Diagnostic] {
        let options = LibvirtOptions.read(machine.providerOptions[name]).options
        let choice = URIChoice.choose(
            option: options.uri, environment: environment, system: .absent(isRoot: true))
        return MachineValidation.objections(to: machine, at: choice.uri)
            + NetworkAbility.plainOnly(machine, name)
    }

    /// The properties that a machine made from this request has.
    package func settings(of request: MachineRequest) -> [MachineSetting] {
        MachineSettings.list(of: request, options: options(of: request))
    }

    /// Which libvirt the machine is to be made in, and in which pool.
    package func claim(_ request: MachineRequest) -> ProviderRecord { claimedPlace(request).record }

    func claimedPlace(_ request: MachineRequest) -> LibvirtRecord {
        let options = options(of: request)
        return LibvirtRecord(uri: uri(options), pool: options.pool)
    }

    func options(of request: MachineRequest) -> LibvirtOptions {
        LibvirtOptions.read(request.spec.providerOptions[name]).options
    }
}
