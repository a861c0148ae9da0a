import DevenvDiagnostics
package import DevenvModel
package import DevenvPluginAPI

/// Options that may name secrets anywhere in them: a text `secret:NAME` stands for the secret of that name.
package enum OptionValue {
    /// The names of the secrets in a tree.
    package static func secrets(in tree: OptionTree?) -> Set<String> {
        switch tree?.value {
        case .string(let text): secretName(text).map { [$0] } ?? []
        case .list(let items): items.reduce(into: []) { $0.formUnion(secrets(in: $1)) }
        case .map(let entries): entries.reduce(into: []) { $0.formUnion(secrets(in: $1.value)) }
        default: []
        }
    }

    /// A text, or the secret that it stands for. Throws for a secret that is not there.
    package static func text(_ text: String, _ context: ProvisionerContext) throws(ProvisionerError) -> String {
        guard let name = secretName(text) else { return text }
        guard let secret = context.secrets[name] else {
            throw ProvisionerError("reading '\(text)': there is no such secret")
        }
        return secret.secret
    }

    /// A tree as JSON (RFC 8259), with its secrets in it; without a context with their names only, as for a digest.
    package static func json(_ tree: OptionTree, _ context: ProvisionerContext?) throws(ProvisionerError) -> String {
        switch tree.value {
        case .null: return "null"
        case .boolean(let flag): return flag ? "true" : "false"
        case .integer(let number): return String(number)
        case .number(let number): return number.isFinite ? "\(number)" : quoted("\(number)")
        case .string(let text):
            guard let context else { return quoted(text) }
            return quoted(try OptionValue.text(text, context))
        case .list(let items):
            var parts: [String] = []
            for item in items { parts.append(try json(item, context)) }
            return "[\(parts.joined(separator: ","))]"
        case .map(let entries):
            var parts: [String] = []
            for entry in entries { parts.append("\(quoted(entry.key.value)):\(try json(entry.value, context))") }
            return "{\(parts.joined(separator: ","))}"
        }
    }

    /// A text as JSON writes it.
    package static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.value < 0x20:
                "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }

    private static func secretName(_ text: String) -> String? {
        text.hasPrefix("secret:") ? String(text.dropFirst("secret:".count)) : nil
    }
}
