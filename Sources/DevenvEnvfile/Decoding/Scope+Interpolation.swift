import DevenvDiagnostics
import DevenvYAML

extension Scope {
    /// A scalar's text with every `${namespace.name}` of ours replaced and `$${` unescaped; nil, with a report, where a value
    /// is missing.
    mutating func interpolate(_ text: String, of node: YAMLNode) -> String? {
        var result = ""
        var rest = text[...]
        var isComplete = true
        while let dollar = rest.utf8.firstIndex(of: UInt8(ascii: "$")) {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                result += "${"
                rest.removeFirst(3)
                continue
            }
            guard let reference = Reference(at: rest, warning: { warn(of: $0, in: text, at: rest.startIndex, node) })
            else {
                result.append(rest.removeFirst())
                continue
            }
            let place = location(of: rest.startIndex, in: text, of: node, length: reference.length ?? 2)
            guard let length = reference.length else {
                problems.error("the '}' after this '${' is missing", at: place)
                return nil
            }
            do throws(Interpolation.Failure) {
                result += try values.value(of: reference.name, in: reference.namespace)
            } catch {
                problems.error(error.message, at: place, help: error.help)
                isComplete = false
            }
            rest.removeFirst(length)
        }
        return isComplete ? result + rest : nil
    }

    /// `${vars.domain}` is left as it is, but it is hardly meant for a shell.
    private mutating func warn(of word: String, in text: String, at index: String.Index, _ node: YAMLNode) {
        guard let near = Suggestion.nearest(to: word, among: Interpolation.namespaces) else { return }
        problems.warning(
            "'${\(word).…}' is left as it is", at: location(of: index, in: text, of: node, length: word.count + 2),
            help: "did you mean '${\(near).…}'? write '$${' for a '${' that is meant as it stands")
    }

    /// The place of a part of a scalar where that can be told (one line, no escapes), otherwise that of the scalar.
    private func location(of index: String.Index, in text: String, of node: YAMLNode, length: Int) -> SourceLocation? {
        guard let place = node.location else { return nil }
        let scalars = text.unicodeScalars
        let quotes = place.length - scalars.count
        let isVerbatim = quotes == 0 || quotes == 2 && node.isQuoted
        guard isVerbatim else { return place }
        let offset = scalars.distance(from: scalars.startIndex, to: index) + quotes / 2
        return SourceLocation(source: place.source, line: place.line, column: place.column + offset, length: length)
    }
}

extension YAMLNode {
    fileprivate var isQuoted: Bool {
        guard case .scalar(let scalar) = content else { return false }
        return scalar.style == .quoted
    }
}

/// `${namespace.name}` at the front of a text.
private struct Reference {
    let namespace: String
    let name: String
    /// How many characters it takes up; nil where its end is missing.
    let length: Int?

    /// Reads a reference; nil where there is none of devenv's namespaces. A word with a dot after it that is no namespace
    /// is told to `warning`.
    init?(at text: Substring, warning: (String) -> Void) {
        guard text.hasPrefix("${") else { return nil }
        let body = text.dropFirst(2)
        let word = body.prefix { $0.isASCII && $0.isLetter }
        guard !word.isEmpty, body[word.endIndex...].first == "." else { return nil }
        guard Interpolation.namespaces.contains(String(word)) else {
            warning(String(word))
            return nil
        }
        namespace = String(word)
        let rest = body[word.endIndex...].dropFirst()
        guard let end = rest.firstIndex(of: "}") else {
            (name, length) = ("", nil)
            return
        }
        name = String(rest[..<end])
        length = text.distance(from: text.startIndex, to: end) + 1
    }
}
