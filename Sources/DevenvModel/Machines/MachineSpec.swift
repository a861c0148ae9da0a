package import DevenvDiagnostics

/// One machine as its Envfile describes it, after defaults, `count` and interpolation.
package struct MachineSpec: Sendable {
    /// Its name; the location is that of its key in the Envfile.
    package var name: Located<MachineName>
    /// The key that it was written under: `web` for `web-1`.
    package var family: String
    /// Its number within the family, from 1.
    package var index: Int
    /// The box it starts from; nil where neither the machine nor the defaults name one.
    package var box: Located<BoxReference>?
    /// Providers in order of preference; empty for the first usable one.
    package var providers: [Located<ProviderName>]
    /// The host name inside it.
    package var hostname: String
    /// How many processors it may use; nil for the provider's default.
    package var cpus: Int?
    /// How much memory it may use; nil for the provider's default.
    package var memory: ByteCount?
    /// How large its disk is; nil for the box's own size.
    package var disk: ByteCount?
    /// Groups that it belongs to, for targets such as `@group`.
    package var groups: [String]
    /// Whether it is the one that commands for a single machine mean.
    package var isPrimary: Bool
    /// Whether commands without a target mean it too.
    package var autostart: Bool
    /// What must be true of other machines first.
    package var dependencies: [Dependency]
    /// Its networks as written; empty means the standard one.
    package var attachments: [NetworkAttachment]
    /// Its network interfaces as decided; the first is the one that it is reached on.
    package var interfaces: [NetworkInterface]
    /// Ports of the host that lead into it.
    package var forwards: [Located<PortForward>]
    /// Folders that are kept equal in it.
    package var folders: [SyncedFolder]
    /// Its provisioners in order.
    package var provisioners: [ProvisionerSpec]
    /// When it counts as ready.
    package var readyChecks: [ReadyCheck]
    /// How it is logged in to.
    package var ssh: SSHSettings
    /// How long it may take from its start to an answer on SSH.
    package var bootTimeout: Duration
    /// How long it may take to stop before it is switched off.
    package var stopTimeout: Duration
    /// Shown after `up`.
    package var message: String?
    /// The options of each provider, decoded by the provider itself.
    package var providerOptions: [ProviderName: OptionTree]

    /// Makes a machine with everything at its default.
    package init(name: Located<MachineName>, family: String? = nil, index: Int = 1) {
        self.name = name
        self.family = family ?? name.value.rawValue
        self.index = index
        hostname = name.value.rawValue
        providers = []
        groups = []
        isPrimary = false
        autostart = true
        dependencies = []
        attachments = []
        interfaces = []
        forwards = []
        folders = []
        provisioners = []
        readyChecks = []
        ssh = SSHSettings()
        bootTimeout = .seconds(300)
        stopTimeout = .seconds(30)
        providerOptions = [:]
    }
}
