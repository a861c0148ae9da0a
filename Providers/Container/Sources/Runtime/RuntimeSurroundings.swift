import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// What of this host goes into a machine's configuration.
struct RuntimeSurroundings: Sendable {
    /// The filter of system calls; nil for none.
    var filter: SeccompFilter?
    /// Whether the machine has control groups of version 2 alone.
    var hasUnifiedControlGroups = false
    /// The control group that the runtime is to make for an ordinary user's machine, from the hierarchy's root on; nil for none.
    var group: String?
    /// What the host lets programs do at all.
    var capabilities = Capability.usual
    /// Devices of the host, as the machine gets them.
    var devices: [HostDevice] = []
    /// Directories and files of the host.
    var binds: [BindMount] = []

    /// Looks them up for a machine, makes the nodes of its devices and attaches its binds.
    static func find(for request: MachineRequest, _ options: ContainerOptions, at place: MachinePlace, ids: IDRange)
        throws(ProviderError) -> RuntimeSurroundings
    {
        let bytes = try ProviderError.translate { () throws(HostError) in try HostFiles.read("/proc/self/status") }
        let available = Capability.available(in: String(decoding: bytes ?? [], as: UTF8.self))
        let capabilities = options.allCapabilities(of: available)
        return RuntimeSurroundings(
            filter: options.isFiltered ? try SeccompProfile.filter(adding: capabilities) : nil,
            hasUnifiedControlGroups: ControlGroups.isUnified() && UserRealm.current == nil,
            group: options.ownsControlGroups ? RealmGroup.own?.pathForRuntime(place) : nil, capabilities: available,
            devices: try HostDevice.provide(HostDevice.paths(options), at: place, owner: ids.first),
            binds: try BindMount.attach(
                options.binds.map { $0.starting(in: request.directory) }, as: request.access.user, at: place, ids: ids))
    }
}
