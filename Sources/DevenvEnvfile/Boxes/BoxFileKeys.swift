import DevenvDiagnostics
import DevenvModel
import DevenvYAML
import SystemPackage

/// An item of a definition's `files`.
enum BoxFileKeys {
    struct Draft: Sendable {
        var source: Located<FilePath>?
        var content: String?
        var target = ""
        var owner: String?
        var mode: Located<UInt32>?
    }

    static let table = KeyTable<Draft>(
        "an item of 'files'",
        [
            Key("from", \.source, ValueType<FilePath>.hostPath.located, "a file or a directory of the project"),
            Key("content", \.content, .text, "the file's content, in place of 'from'"),
            Key("to", \.target, target, "where it lies in the box", isRequired: true),
            Key("owner", \.owner, owner, "USER or USER:GROUP; root by default"),
            Key("mode", \.mode, mode.located, "a file's permissions, such as 0640"),
        ])

    static let type: ValueType<BoxFile> = ValueType<Draft>.object(table, Draft()).then { draft, node, scope in
        guard
            let content = content(draft.source, draft.content, ("from", "content"), "an item of 'files'", node, &scope)
        else { return nil }
        if let mode = draft.mode, case .path(let path) = content, scope.isDirectory(path) {
            scope.problems.error(
                "'mode' is for a file, and '\(path.lastComponent?.string ?? "/")' is a directory", at: mode.location,
                help: "what may be executed here may be so there")
        }
        return draft.target.isEmpty
            ? nil : BoxFile(content, target: draft.target, owner: draft.owner, mode: draft.mode?.value)
    }

    /// What one of two keys says, of which there has to be one.
    static func content(
        _ path: Located<FilePath>?, _ text: String?, _ keys: (String, String), _ subject: String, _ node: YAMLNode,
        _ scope: inout Scope
    ) -> BoxContent? {
        switch (path, text) {
        case (let path?, nil):
            guard scope.files.isFile(path.value) || scope.isDirectory(path.value) else {
                scope.problems.error("there is no '\(path.value)'", at: path.location)
                return nil
            }
            return .path(path.value)
        case (nil, let text?): return .text(text)
        default:
            // a key with a bad value has been reported
            if node[keys.0] == nil || node[keys.1] != nil {
                scope.problems.error("\(subject) needs one of '\(keys.0)' and '\(keys.1)'", at: node.location)
            }
            return nil
        }
    }

    /// Whether a text is a user's name as `useradd` takes it.
    static func isUser(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first) || first == UInt8(ascii: "_") else {
            return false
        }
        return text.utf8.count <= 32
            && text.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
            }
    }

    private static let target = ValueType<String>.parsed("an absolute path such as /etc/motd", format: "path") { text in
        let path = FilePath(text)
        let isClean = !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        let isDown = path.components.allSatisfy { $0.kind == .regular }
        return path.isAbsolute && isClean && isDown && !path.components.isEmpty
            ? path.lexicallyNormalized().string : nil
    }

    private static let owner = ValueType<String>.parsed("a user, or USER:GROUP", format: "owner") { text in
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy(isUser) ? text : nil
    }

    private static let mode = ValueType<UInt32>.parsed("permissions such as 0644 or 0755", format: "mode") { text in
        guard (3...4).contains(text.count) else { return nil }
        return UInt32(text, radix: 8)
    }
}
