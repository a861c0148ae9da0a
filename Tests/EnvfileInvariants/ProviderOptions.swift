import ContainerProvider
import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import LibvirtProvider
import SystemPackage
import VirtualBoxProvider

/// What the providers make of their blocks in an Envfile. It rests on nothing but the Envfile.
enum ProviderOptions {
    private static let directories = HostDirectories(data: "/nowhere", runtime: "/nowhere")
    private static let providers: [any Provider] = [
        ContainerProvider(directories: directories), LibvirtProvider(directories: directories, environment: [:]),
        VirtualBoxProvider(directories: directories, environment: [:]),
    ]

    /// What is wrong with them, of the first machines, which stand for the others.
    static func diagnostics(of machines: [MachineSpec]) -> [Diagnostic] {
        machines.prefix(5).flatMap { machine in providers.flatMap { $0.validate(machine) } }.ordered
    }
}
