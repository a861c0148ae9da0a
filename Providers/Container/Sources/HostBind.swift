import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// A directory or a file of this host that a machine sees at a path of its own.
struct HostBind: Hashable, Sendable {
    /// Where it is on the host, from the Envfile's directory on.
    let source: FilePath
    /// Where the machine sees it, absolute.
    let target: String
    /// Whether nobody in the machine may change it.
    let isReadOnly: Bool
    /// The place in the Envfile, for messages: `Envfile:12`.
    let place: String

    /// The same with an absolute source, which starts in a directory.
    func starting(in directory: FilePath) -> HostBind {
        HostBind(
            source: directory.pushing(source).lexicallyNormalized(), target: target, isReadOnly: isReadOnly,
            place: place)
    }

    /// Reads `binds`: texts `SOURCE:TARGET` and `SOURCE:TARGET:ro`, or maps of `source`, `target` and `readonly`.
    static func read(_ reader: inout OptionReader) -> [HostBind] {
        guard let tree = reader.tree("binds") else { return [] }
        let items: [OptionTree]
        if case .list(let list) = tree.value { items = list } else { items = [tree] }
        var binds: [HostBind] = []
        for item in items {
            guard let bind = read(item, &reader) else { continue }
            if binds.contains(where: { $0.target == bind.target }) {
                reader.report(.error("two binds have the target '\(bind.target)'", at: item.location))
            }
            binds.append(bind)
        }
        return binds
    }

    private static func read(_ item: OptionTree, _ reader: inout OptionReader) -> HostBind? {
        switch item.value {
        case .map:
            var inner = OptionReader(item, of: "the keys of a bind")
            let (source, target) = (inner.string("source"), inner.string("target"))
            let isReadOnly = inner.boolean("readonly") ?? false
            guard reader.absorb(&inner) else { return nil }
            return make(source?.value, target?.value, isReadOnly, item, &reader)
        case .string(let text):
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 || (parts.count == 3 && ["ro", "rw"].contains(parts[2])) else { break }
            return make(parts[0], parts[1], parts.last == "ro", item, &reader)
        default: break
        }
        var written = item.kind
        if case .string(let text) = item.value { written = "'\(text)'" }
        reader.report(
            .error(
                "a bind must be 'SOURCE:TARGET' or 'SOURCE:TARGET:ro', not \(written)", at: item.location,
                help: "a path with a colon takes a map of source, target and readonly"))
        return nil
    }

    private static func make(
        _ source: String?, _ target: String?, _ isReadOnly: Bool, _ item: OptionTree, _ reader: inout OptionReader
    ) -> HostBind? {
        guard let source, let target, !source.isEmpty else {
            reader.report(.error("a bind needs a 'source' and a 'target'", at: item.location))
            return nil
        }
        let path = FilePath(target)
        let top = path.components.first?.string
        guard path.isAbsolute, path.isLexicallyNormal, let top, !["proc", "sys", "dev"].contains(top) else {
            reader.report(
                .error(
                    "nothing can be bound on '\(target)' of a machine", at: item.location,
                    help: "a target is an absolute path, but for /, /proc, /sys and /dev"))
            return nil
        }
        let place = item.location.map { "\($0.source.name):\($0.line): " } ?? ""
        return HostBind(source: FilePath(source), target: path.string, isReadOnly: isReadOnly, place: place)
    }
}

extension HostBind: CustomStringConvertible {
    /// As it is written in an Envfile.
    var description: String { "\(source):\(target)\(isReadOnly ? ":ro" : "")" }
}
