import DevenvHost
import DevenvPluginAPI
import FoundationEssentials
import SystemPackage

/// What of a `config.json` that was kept says how its container is started, and what it names on this host, which has to be there
/// before. What its mounts don't tell are annotations (OCI Runtime Specification, `annotations`).
struct KeptConfig: Decodable {
    private let annotations: [String: String]?
    private let mounts: [RuntimeConfig.Mount]
    private let process: Command?

    private struct Command: Decodable {
        let args: [String]
    }

    private static let runtimeKey = "devenv.runtime"
    private static let userKey = "devenv.user"
    private static let limitPrefix = "devenv.limit."

    /// Reads a configuration. Throws `.failed` where it is gone or damaged.
    static func read(_ path: FilePath) throws(ProviderError) -> KeptConfig {
        if let config = try Notes.read(KeptConfig.self, at: path) { return config }
        throw .failed("'\(path)' is gone, which says how the machine ran", help: "run 'devenv up'")
    }

    /// The text of a configuration with another control group in the place of the one it names, if it names one. Pure.
    static func moved(_ text: [UInt8], to group: String) -> [UInt8] {
        let key = Array("\"cgroupsPath\":\"".utf8)
        guard let start = text.indices.first(where: { text[$0...].starts(with: key) }) else { return text }
        let value = start + key.count
        var end = value
        while end < text.endIndex, text[end] != UInt8(ascii: "\"") { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
        let escaped = group.map { "\"\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
        return Array(text[..<value]) + Array(escaped.utf8) + Array(text[min(end, text.endIndex)...])
    }

    /// What a configuration says of itself, beside what the runtime does.
    static func annotations(
        _ request: MachineRequest, _ options: ContainerOptions, _ host: RuntimeSurroundings
    ) -> [String: String] {
        var texts = [runtimeKey: options.runtime.rawValue, userKey: request.access.user]
        for mount in host.binds { texts[sourceKey(mount.bind.target)] = mount.bind.source.string }
        // root's are what the runtime is told
        guard UserRealm.current != nil else { return texts }
        return texts.merging(annotations(of: Resources(request.spec, options))) { $1 }
    }

    /// The limits of an ordinary user's machine, as annotations.
    static func annotations(of limits: Resources) -> [String: String] {
        let files = GroupLimits(limits).files.map { (limitPrefix + $0.key, $0.value) }
        return Dictionary(uniqueKeysWithValues: files)
    }

    private static func sourceKey(_ target: String) -> String { "devenv.bind.\(target)" }

    /// What makes the container: runc, unless it says otherwise.
    var runtime: Runtime { annotations?[Self.runtimeKey].flatMap(Runtime.init(rawValue:)) ?? .runc }

    /// What an ordinary user's machine may use.
    var limits: GroupLimits {
        let entries = (annotations ?? [:]).filter { $0.key.hasPrefix(Self.limitPrefix) }
        return GroupLimits(
            files: Dictionary(
                uniqueKeysWithValues: entries.map { (String($0.key.dropFirst(Self.limitPrefix.count)), $0.value) }))
    }

    /// The user that people log in as.
    var user: String { annotations?[Self.userKey] ?? "root" }

    /// Whether the machine makes control groups below its own.
    var ownsControlGroups: Bool { mounts.contains { $0.type == "cgroup" && !$0.options.contains("ro") } }

    /// Whether its first process is systemd.
    var startsSystemd: Bool { process?.args == [RuntimeConfig.systemd] }

    /// The paths of the host's devices, in the order of the machine's nodes.
    func devices(at place: MachinePlace) -> [String] {
        let own = mounts(from: place.devices).map(\.destination)
        guard UserRealm.current != nil else { return own }
        return mounts.filter { $0.type == "bind" && $0.source == $0.destination }.map(\.destination)
    }

    /// What was bound, with absolute sources, in the order of the places for them. One of which the source isn't known is refused
    /// like one that is gone.
    func binds(at place: MachinePlace) -> [HostBind] {
        mounts(from: place.binds).map { mount in
            HostBind(
                source: FilePath(annotations?[Self.sourceKey(mount.destination)] ?? ""), target: mount.destination,
                isReadOnly: mount.options.contains("ro"), place: "")
        }
    }

    private func mounts(from directory: FilePath) -> [RuntimeConfig.Mount] {
        mounts.filter { FilePath($0.source).removingLastComponent() == directory }
    }
}
