import DevenvDiagnostics
import DevenvYAML

extension Scope {
    /// A scalar's text with every `${namespace.name}` of ours replaced and `$${` unescaped; nil, with a report, where a value
    /// is missing.
    mutating func interpolate(_ text: String, of node: YAMLNode) -> String? {
        guard hasRoom(for: text, at: node.location) else { return nil }
        let place = TextPlace(of: text, in: node)
        var result = ""
        var rest = Remainder(text)
        var isComplete = true
        while let dollar = rest.text.utf8.firstIndex(of: UInt8(ascii: "$")) {
            result += rest.take(to: dollar)
            let start = rest.offset
            switch Dollar(at: rest.text) {
            case .escape(let end):
                result += "${"
                rest.take(to: end)
            case .reference(let namespace, let name, let end):
                rest.take(to: end)
                let value = value(of: name, in: namespace, at: place.part(at: start, length: rest.offset - start))
                if let value { result += value } else { isComplete = false }
            case .unclosed:
                problems.error("the '}' after this '${' is missing", at: place.part(at: start, length: 2))
                return nil
            case .other(let word):
                if let word { warn(of: word, at: place.part(at: start, length: word.count + 2)) }
                result += rest.take(to: rest.text.index(after: rest.text.startIndex))
            }
        }
        return isComplete ? result + rest.text : nil
    }

    private mutating func value(of name: String, in namespace: String, at place: SourceLocation?) -> String? {
        do throws(Interpolation.Failure) {
            let value = try values.value(of: name, in: namespace)
            return hasRoom(for: value, at: place) ? value : nil
        } catch {
            problems.error(error.message, at: place, help: error.help)
            return nil
        }
    }

    /// Whether there may be this text more; reported where that is not so for the first time. A few variables, each made of
    /// the one above it, would fill the memory otherwise.
    private mutating func hasRoom(for text: String, at place: SourceLocation?) -> Bool {
        let wasFull = interpolated > Interpolation.limit
        interpolated += text.utf8.count
        guard interpolated > Interpolation.limit else { return true }
        if !wasFull {
            problems.error(
                "the texts with '${…}' come to more than \(Interpolation.limit >> 20) MiB with their values", at: place)
        }
        return false
    }

    /// `${vars.domain}` is left as it is, but it is hardly meant for a shell.
    private mutating func warn(of word: String, at place: SourceLocation?) {
        guard let near = Suggestion.nearest(to: word, among: Interpolation.namespaces) else { return }
        problems.warning(
            "'${\(word).…}' is left as it is", at: place,
            help: "did you mean '${\(near).…}'? write '$${' for a '${' that is meant as it stands")
    }
}

/// What of a text is still to be read.
private struct Remainder {
    private(set) var text: Substring
    /// How many scalars lie before it.
    private(set) var offset = 0

    init(_ text: String) { self.text = text[...] }

    /// Goes on to an index; what lies before it.
    @discardableResult mutating func take(to end: String.Index) -> Substring {
        let taken = text[..<end]
        offset += taken.unicodeScalars.count
        text = text[end...]
        return taken
    }
}

/// Where the parts of a scalar's text stand in the file.
private struct TextPlace {
    private let place: SourceLocation?
    /// How far behind the place the text begins; nil where that of its parts can't be told: several lines, escapes.
    private let start: Int?

    init(of text: String, in node: YAMLNode) {
        place = node.location
        let quotes = (node.location?.length ?? 0) - text.unicodeScalars.count
        start = quotes == 0 || quotes == 2 && node.isQuoted ? quotes / 2 : nil
    }

    /// The place of so many scalars, or that of the whole text.
    func part(at offset: Int, length: Int) -> SourceLocation? {
        guard let place, let start else { return place }
        return SourceLocation(
            source: place.source, line: place.line, column: place.column + start + offset, length: length)
    }
}

extension YAMLNode {
    fileprivate var isQuoted: Bool {
        guard case .scalar(let scalar) = content else { return false }
        return scalar.style == .quoted
    }
}

/// What a `$` begins.
private enum Dollar {
    /// `$${` up to an index: a `${` as it stands.
    case escape(end: String.Index)
    /// `${namespace.name}` up to an index.
    case reference(namespace: String, name: String, end: String.Index)
    /// A reference without a `}`.
    case unclosed
    /// Nothing of devenv's; perhaps a word with a dot behind it that is no namespace.
    case other(String?)

    /// Reads the front of a text, which is a `$`.
    init(at text: Substring) {
        self = .other(nil)
        if text.hasPrefix("$${") { self = .escape(end: text.index(text.startIndex, offsetBy: 3)) }
        guard text.hasPrefix("${") else { return }
        let body = text.dropFirst(2)
        let word = body.prefix { $0.isASCII && $0.isLetter }
        guard !word.isEmpty, body[word.endIndex...].first == "." else { return }
        guard Interpolation.namespaces.contains(String(word)) else {
            self = .other(String(word))
            return
        }
        let rest = body[word.endIndex...].dropFirst()
        guard let end = rest.unicodeScalars.firstIndex(of: "}") else {
            self = .unclosed
            return
        }
        self = .reference(
            namespace: String(word), name: String(rest[..<end]), end: rest.unicodeScalars.index(after: end))
    }
}
