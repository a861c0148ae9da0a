package import DevenvBoxes
package import DevenvHost
import DevenvModel
package import DevenvPluginAPI

/// What the engine works with; put together at the composition root, so that the engine names no provider, no provisioner
/// and no protocol.
package struct EngineComponents: Sendable {
    /// The providers, in the order in which they are preferred where an Envfile names none.
    package let providers: [any Provider]
    /// The provisioners.
    package let provisioners: [any Provisioner]
    /// Makes the communicator for a machine; for an endpoint without a host key, one that accepts the key that it is shown.
    package let makeCommunicator: CommunicatorFactory
    /// Keeps folders equal.
    package let synchronizer: any FolderSynchronizer
    /// Sends what changes in folders as it happens; nil where nothing is to be watched.
    package let watcher: (any FolderWatcher)?
    /// Runs programs of this host.
    package let runner: any ToolRunner
    /// The boxes of this host.
    package let boxes: BoxStore
    /// The directories of this host.
    package let host: HostDirectories
    /// The environment of the command.
    package let environment: [String: String]

    /// Joins the components.
    package init(
        providers: [any Provider], provisioners: [any Provisioner], makeCommunicator: @escaping CommunicatorFactory,
        synchronizer: any FolderSynchronizer, runner: any ToolRunner, boxes: BoxStore, host: HostDirectories,
        environment: [String: String], watcher: (any FolderWatcher)? = nil
    ) {
        self.providers = providers
        self.provisioners = provisioners
        self.makeCommunicator = makeCommunicator
        self.synchronizer = synchronizer
        self.watcher = watcher
        self.runner = runner
        self.boxes = boxes
        self.host = host
        self.environment = environment
    }

    func provider(_ name: ProviderName) -> (any Provider)? { providers.first { $0.name == name } }
    func provisioner(_ kind: String) -> (any Provisioner)? { provisioners.first { $0.kind == kind } }
}
