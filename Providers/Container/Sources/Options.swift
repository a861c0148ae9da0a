import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

/// The `container` block of a machine.
struct ContainerOptions: Hashable, Sendable {
    /// How system calls are filtered.
    enum SystemCallFilter: String, CaseIterable, Sendable {
        /// The profile of podman and its kin.
        case `default`
        /// Not at all.
        case unconfined
    }

    /// What the first process of a machine is.
    enum Initiator: Hashable, Sendable {
        /// A small one (catatonit), with the command as its child.
        case small
        /// The command itself.
        case none
        /// The box's own systemd, which starts the SSH server and whatever else the box brings.
        case systemd
    }

    /// Capabilities beside the usual ones.
    var capabilities: [Capability] = []
    /// What runs as the machine; nil for an SSH server.
    var command: [String]?
    /// What the first process is.
    var initiator = Initiator.small
    /// How many processes there may be.
    var processLimit = 4096
    /// How system calls are filtered.
    var seccomp = SystemCallFilter.default
    /// The environment of `command`.
    var environment: [String: String] = [:]
    /// What it may swap out beside its memory.
    var swap = SwapLimit.none
    /// Devices of this host that the machine may use.
    var devices: [String] = []
    /// Directories and files of this host that are in sight.
    var binds: [HostBind] = []
    /// What makes the container.
    var runtime = Runtime.runc
    /// Whether containers may run inside.
    var isNesting = false
    /// Whether the machine's root is this host's root.
    var isPrivileged = false
    /// Name servers; nil for those of the host that answer.
    var nameServers: [IPv4Address]?

    /// Reads the options and says what is wrong with them.
    static func read(_ tree: OptionTree?) -> (options: ContainerOptions, diagnostics: [Diagnostic]) {
        var reader = OptionReader(tree, of: "the container options")
        var options = ContainerOptions()
        options.capabilities = capabilities(&reader)
        options.command = command(&reader)
        options.initiator = initiator(&reader, hasCommand: options.command != nil)
        options.processLimit = reader.integer("pids", in: 16...4_194_304) ?? options.processLimit
        options.seccomp = reader.choice("seccomp", as: SystemCallFilter.self) ?? options.seccomp
        options.environment = environment(&reader)
        options.swap = SwapLimit.read(&reader)
        options.devices = devices(&reader)
        options.runtime = reader.choice("runtime", as: Runtime.self) ?? .runc
        options.binds = HostBind.read(&reader)
        options.isNesting = reader.boolean("nesting") ?? false
        options.isPrivileged = reader.boolean("privileged") ?? false
        options.nameServers = nameServers(&reader)
        return (options, reader.finish())
    }

    private static func capabilities(_ reader: inout OptionReader) -> [Capability] {
        let texts = reader.strings("capabilities") ?? []
        return texts.compactMap { text in
            if let capability = Capability(text.value) { return capability }
            let known = Capability.names.map { String($0.dropFirst(4)) }
            reader.report(
                .error(
                    "there is no capability '\(text.value)'", at: text.location,
                    help: Suggestion.help(for: text.value.uppercased(), among: known)))
            return nil
        }
    }

    private static func command(_ reader: inout OptionReader) -> [String]? {
        guard let tree = reader.tree("command"), let words = reader.strings("command", scalars: true) else {
            return nil
        }
        guard let first = words.first else {
            reader.report(.error("'command' must name a program", at: tree.location))
            return nil
        }
        if !first.value.hasPrefix("/") {
            reader.report(
                .error(
                    "'command' must begin with an absolute path, not '\(first.value)'", at: first.location,
                    help: "write it as a list: [/usr/bin/program, argument]"))
        }
        return words.map(\.value)
    }

    private static func environment(_ reader: inout OptionReader) -> [String: String] {
        var result: [String: String] = [:]
        for (key, value) in reader.stringMap("environment") ?? [] {
            if key.value.isEmpty || key.value.contains("=") {
                reader.report(.error("'\(key.value)' is no name of an environment variable", at: key.location))
            }
            result[key.value] = value.value
        }
        return result
    }

    private static func nameServers(_ reader: inout OptionReader) -> [IPv4Address]? {
        reader.strings("dns")?.compactMap { text in
            if let address = IPv4Address(text.value) { return address }
            reader.report(.error("'\(text.value)' is no IPv4 address", at: text.location))
            return nil
        }
    }
}
