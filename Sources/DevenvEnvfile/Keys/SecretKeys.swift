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
    }

    static let table = KeyTable<Draft>(
        "a secret",
        [
            Key("env", \.environment, .text, "an environment variable of the devenv command"),
            Key("file", \.file, .hostPath, "a file; one newline at its end is left out"),
            Key("command", \.command, ValueType<String>.text.list, "a command and its arguments, run without a shell"),
        ])

    static let type: ValueType<Located<SecretSource>> = ValueType<Draft>.object(table, Draft())
        .then { draft, node, scope in
            guard case .mapping(let entries) = node.content, entries.count == 1 else {
                scope.problems.error("a secret needs one of env, file and command", at: node.location)
                return nil
            }
            if let command = draft.command {
                if command.isEmpty { scope.problems.error("'command' is empty", at: node.location) }
                return .command(command)
            }
            return draft.environment.map { .environment($0) } ?? draft.file.map { .file($0) }
        }.located

    /// Whether a text may name a secret: letters, digits, `_`, `-` and `.`.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) }
    }
}
