import DevenvDiagnostics
import DevenvModel
import DevenvYAML

/// The keys of a machine, and of `defaults`.
enum MachineKeys {
    struct Draft: Sendable {
        var spec: MachineSpec
        var primary: Located<Bool>?
        var hostname: Located<String>?
    }

    static let table = KeyTable<Draft>(
        "a machine", place + resources + reach + content, otherKeys: .providers,
        other: { entry, scope, draft in
            guard scope.providerNames.contains(entry.key.value), let name = ProviderName(rawValue: entry.key.value)
            else { return false }
            if entry.value.isNull { return true }
            guard case .mapping = entry.value.content else {
                scope.refuse(entry.value, entry.key.value, "a map")
                return true
            }
            draft.spec.providerOptions[name] = scope.options(entry.value)
            return true
        }, otherNames: \.providerNames)

    static let count = ValueType<Int>.integer(1...10_000)
    static let networks = NetworkKeys.attachment.list
    static let providers = ValueType<ProviderName>.label.located.oneOrMore

    private static let place: [Key<Draft>] = [
        Key("box", \.spec.box, box.located, "what it starts from: a name, name@constraint, a path, a URL or oci:…"),
        Key("provider", \.spec.providers, providers, "a provider, or several in order of preference"),
        Key("hostname", \.hostname, ValueType<String>.hostname.located, "its host name; the machine's name by default"),
        Key("count", handledElsewhere: count.shape, "make NAME-1 to NAME-N of it"),
        Key(
            "groups", \.spec.groups, ValueType<MachineName>.label.then { name, _, _ in name.rawValue }.oneOrMore,
            "groups that commands take as @group"),
        Key("primary", \.primary, ValueType<Bool>.boolean.located, "the one that commands for a single machine mean"),
        Key("autostart", \.spec.autostart, .boolean, "whether commands without a target mean it; true by default"),
        Key("depends_on", \.spec.dependencies, DependencyKeys.type, "machines that must be there first"),
    ]

    private static let resources: [Key<Draft>] = [
        Key("cpus", \.spec.cpus, .integer(1...1_024), "how many processors it may use"),
        Key("memory", \.spec.memory, .size, "how much memory it may use, as in 512MiB"),
        Key("disk", \.spec.disk, .size, "how large its disk is, as in 20GiB"),
    ]

    private static let reach: [Key<Draft>] = [
        Key("networks", handledElsewhere: networks.shape, "the networks that it is on; 'default' where absent"),
        Key("forward", \.spec.forwards, ForwardKeys.type.oneOrMore, "ports of the host that lead into it"),
        Key("ssh", \.spec.ssh, SSHKeys.type, "how it is logged in to"),
        Key("boot_timeout", \.spec.bootTimeout, .duration, "how long it may take to answer on SSH; 5m by default"),
        Key("stop_timeout", \.spec.stopTimeout, .duration, "how long it may take to stop; 30s by default"),
    ]

    private static let content: [Key<Draft>] = [
        Key("sync", \.spec.folders, SyncKeys.type.oneOrMore, "folders that are kept equal in it"),
        Key("provision", \.spec.provisioners, ProvisionKeys.type, "what is set up in it, in order"),
        Key("ready", \.spec.readyChecks, ReadyKeys.type.oneOrMore, "when it counts as ready"),
        Key("message", \.spec.message, .text, "shown after 'up'"),
    ]

    private static let box = BoxKey.type
}
