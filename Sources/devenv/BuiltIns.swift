import AnsibleLocalProvisioner
import AnsibleProvisioner
import ContainerProvider
import DevenvBoxes
import DevenvEngine
import DevenvHost
import DevenvPluginAPI
import DevenvSSH
import DevenvSync
import DockerProvisioner
import FileProvisioner
import LibvirtProvider
import PodmanProvisioner
import PuppetProvisioner
import SaltProvisioner
import ShellProvisioner
import VirtualBoxProvider

/// What this devenv is put together from. A new provider or provisioner is one line here.
enum BuiltIns {
    /// The providers, in the order in which they are preferred.
    static func providers(
        _ host: HostDirectories, _ environment: [String: String], _ runner: any ToolRunner
    ) -> [any Provider] {
        [
            ContainerProvider(directories: host, environment: environment, tools: runner),
            LibvirtProvider(directories: host, environment: environment, tools: runner),
            VirtualBoxProvider(directories: host, environment: environment, tools: runner),
        ]
    }

    /// The provisioners.
    static func provisioners(_ host: HostDirectories, _ runner: any ToolRunner) -> [any Provisioner] {
        [
            ShellProvisioner(tools: runner),
            FileProvisioner(),
            AnsibleProvisioner(directories: host),
            AnsibleLocalProvisioner(tools: runner),
            PodmanProvisioner(tools: runner),
            DockerProvisioner(tools: runner),
            PuppetProvisioner(tools: runner),
            SaltProvisioner(tools: runner),
        ]
    }

    /// Everything, for the engine. Nothing is opened or started here.
    static func components(_ host: HostDirectories, _ environment: [String: String]) -> EngineComponents {
        let runner = SystemToolRunner()
        return EngineComponents(
            providers: providers(host, environment, runner), provisioners: provisioners(host, runner),
            makeCommunicator: { SSHLogin.communicator(for: $0, runner: runner) },
            synchronizer: RsyncSynchronizer(runner: runner), runner: runner,
            boxes: BoxStore(directories: host, runner: runner), host: host, environment: environment,
            watcher: InotifyFolderWatcher(runner: runner))
    }
}
