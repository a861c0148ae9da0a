import DevenvDiagnostics
import DevenvModel
import DevenvYAML
import SystemPackage

/// An item of `sync`.
enum SyncKeys {
    struct Draft: Sendable {
        var source: Located<FilePath>?
        var target: GuestPath?
        var exclude: [String] = []
        var delete = true
        var owner: String?
        var group: String?
        var watch = false
        var arguments: [String] = []
        var direction = Located(SyncDirection.push)
    }

    static let table = KeyTable<Draft>(
        "an item of 'sync'",
        [
            Key("source", \.source, ValueType<FilePath>.hostPath.located, "the host's folder", isRequired: true),
            Key("target", \.target, guestPath, "the machine's folder, absolute", isRequired: true),
            Key("exclude", \.exclude, ValueType<String>.text.oneOrMore, "rsync patterns that are left out"),
            Key("delete", \.delete, .boolean, "remove what the host does not have from the machine; true by default"),
            Key("owner", \.owner, .text, "the owner in the machine; the SSH user by default"),
            Key("group", \.group, .text, "the group in the machine; the owner's own by default"),
            Key("watch", \.watch, .boolean, "send changes as they happen"),
            Key("args", \.arguments, ValueType<String>.text.list, "more arguments for rsync"),
            Key(
                "direction", \.direction, ValueType<SyncDirection>.choice.located,
                "which way changes go: push (the default), pull or both"),
        ])

    /// `HOST:GUEST` or the long form.
    static let type: ValueType<SyncedFolder> = ValueType<Draft>.object(table, Draft()).orShort(short)
        .then { draft, _, scope in
            guard let source = draft.source, let target = draft.target else { return nil }
            if !scope.isDirectory(source.value) {
                scope.problems.error(
                    "the folder '\(source.value)' does not exist", at: source.location,
                    help: "make it, or correct the source of 'sync'")
            }
            if draft.watch, draft.direction.value != .push {
                scope.problems.error(
                    "a folder with 'watch' goes one way, into the machine", at: draft.direction.location,
                    help: "leave out one of 'watch' and 'direction'")
            }
            let folder = SyncedFolder(
                source: source, target: target, exclude: draft.exclude, delete: draft.delete, owner: draft.owner,
                group: draft.group, watch: draft.watch, arguments: draft.arguments, direction: draft.direction.value)
            if folder.direction != .push, let argument = folder.hindrance {
                scope.problems.error(
                    "with '\(argument)' under 'args' it can't be told what has changed in the machine",
                    at: draft.direction.location, help: "take it out, or leave out 'direction'")
            }
            return folder
        }

    private static let guestPath = ValueType<GuestPath>.parsed("an absolute path of the machine", format: .guestPath) {
        $0.hasPrefix("/") && !$0.contains("\0") ? GuestPath($0) : nil
    }

    private static let short = ValueType<(String, GuestPath)>
        .parsed("HOST:GUEST with an absolute path of the machine, as in .:/srv/app", format: .sync, split)
        .then { parts, node, scope in
            Draft(source: Located(scope.hostPath(parts.0), at: node.location), target: parts.1)
        }

    /// Splits at the last `:/`: a path of the host may hold colons.
    private static func split(_ text: String) -> (String, GuestPath)? {
        let bytes = Array(text.utf8)
        let colon = bytes.indices.dropLast().last {
            bytes[$0] == UInt8(ascii: ":") && bytes[$0 + 1] == UInt8(ascii: "/")
        }
        guard let colon, colon > 0, !bytes.contains(0) else { return nil }
        let target = String(decoding: bytes[(colon + 1)...], as: UTF8.self)
        return (String(decoding: bytes[..<colon], as: UTF8.self), GuestPath(target))
    }
}
