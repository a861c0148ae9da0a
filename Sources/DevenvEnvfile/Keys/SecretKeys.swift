import DevenvDiagnostics
import DevenvModel
import DevenvYAML
import SystemPackage

/// One entry of `secrets`: where it is read from when it is needed.
enum SecretKeys {
    struct Draft: Sendable {
        var environment: String?
        var file: FilePath?
        var command: [String]?
        var age: FilePath?
        var sops: FilePath?
        var identity: FilePath?
        var keys: [String] = []
    }

    static let table = KeyTable<Draft>(
        "a secret",
        [
            Key("env", \.environment, .text, "an environment variable of the devenv command"),
            Key("file", \.file, .hostPath, "a file; one newline at its end is left out"),
            Key("command", \.command, ValueType<String>.text.list, "a command and its arguments, run without a shell"),
            Key("age", \.age, .hostPath, "a file that age decrypts with 'identity'"),
            Key("sops", \.sops, .hostPath, "a file that sops decrypts, of which 'key' names a value"),
            Key("identity", \.identity, .hostPath, "with age or sops: the file of the age identity that decrypts"),
            Key(
                "key", \.keys, ValueType<String>.text.oneOrMore, "with sops: the value's key, or those that lead to it"),
        ])

    private static let sources = ["env", "file", "command", "age", "sops"]

    static let type: ValueType<Located<SecretSource>> = ValueType<Draft>.object(table, Draft())
        .then { draft, node, scope in
            guard case .mapping(let entries) = node.content, isWhole(entries, node, &scope) else { return nil }
            if let command = draft.command {
                if command.isEmpty { scope.problems.error("'command' is empty", at: node.location) }
                return .command(command)
            }
            if let file = draft.age { return draft.identity.map { .age(file, identity: $0) } }
            if draft.keys.contains(where: { $0.contains("[") }) {
                scope.problems.error(
                    "'key' holds a '[', by which sops divides keys", at: node.location,
                    help: "give the value a key without one")
            }
            if let file = draft.sops { return .sops(file, keys: draft.keys, identity: draft.identity) }
            return draft.environment.map { .environment($0) } ?? draft.file.map { .file($0) }
        }.located

    /// Whether there is one source, with the keys that go with it and no others.
    private static func isWhole(_ entries: [YAMLNode.Entry], _ node: YAMLNode, _ scope: inout Scope) -> Bool {
        let given = entries.map(\.key)
        // what no secret has is reported already
        let known = table.keys.map(\.description.name)
        guard given.allSatisfy({ known.contains($0.value) }) else { return false }
        let chosen = given.filter { sources.contains($0.value) }
        guard let source = chosen.first?.value, chosen.count == 1 else {
            scope.problems.error("a secret needs one of env, file, command, age and sops", at: node.location)
            return false
        }
        let companions = ["age": ["identity"], "sops": ["identity", "key"]][source] ?? []
        let strangers = given.filter { $0.value != source && !companions.contains($0.value) }
        for key in strangers {
            scope.problems.error("'\(key.value)' does not go with '\(source)'", at: key.location)
        }
        guard source == "age", !given.contains(where: { $0.value == "identity" }) else { return strangers.isEmpty }
        scope.problems.error(
            "a file of age needs the 'identity' that decrypts it", at: node.location,
            help: "name the file that age-keygen wrote, as in identity: ~/.config/age/key.txt")
        return false
    }

    /// Whether a text may name a secret: letters, digits, `_`, `-` and `.`.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) }
    }
}
