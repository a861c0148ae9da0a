/// What `--machinereadable` prints: keys and their values, in order.
///
/// Values in quotation marks escape these and backslashes, and may span lines, as descriptions do; keys may be in quotation
/// marks too; something may follow a value on its line (`VideoMode="720,400,0"@0,0 1`); and there are lines that are
/// neither (` rec_screen0`). Keys may come several times.
struct MachineReadable: Hashable, Sendable {
    /// One entry.
    struct Entry: Hashable, Sendable {
        let key: String
        let value: String
    }

    /// All of them, as printed.
    private(set) var entries: [Entry] = []

    /// Reads an output; what is cut off in the middle of an entry is left out.
    init(_ text: String) {
        var scanner = Scanner(text)
        while let line = scanner.entry() {
            if let entry = line { entries.append(entry) }
        }
    }

    /// The first value of a key.
    subscript(key: String) -> String? { entries.first { $0.key == key }?.value }
}

/// Walks through the text, line by line as far as lines are whole entries.
private struct Scanner {
    private let text: [UInt8]
    private var next = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    /// The entry that begins here: nil at the end, an empty one for a line that is none.
    mutating func entry() -> MachineReadable.Entry?? {
        guard next < text.count else { return nil }
        let key = text[next] == quote ? quoted() : word()
        guard let key, next < text.count, text[next] == UInt8(ascii: "=") else {
            skipLine()
            return .some(nil)
        }
        next += 1
        let isQuoted = next < text.count && text[next] == quote
        guard let value = isQuoted ? quoted() : restOfLine() else { return .some(nil) }
        skipLine()
        return MachineReadable.Entry(key: key, value: value)
    }

    /// What stands between quotation marks; nil where there is no second one.
    private mutating func quoted() -> String? {
        var bytes: [UInt8] = []
        next += 1
        while next < text.count, text[next] != quote {
            if text[next] == backslash, next + 1 < text.count, [quote, backslash].contains(text[next + 1]) {
                next += 1
            }
            bytes.append(text[next])
            next += 1
        }
        guard next < text.count else { return nil }
        next += 1
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What stands before the next equals sign of the line.
    private mutating func word() -> String? {
        let start = next
        while next < text.count, ![UInt8(ascii: "="), newline].contains(text[next]) { next += 1 }
        return String(decoding: text[start..<next], as: UTF8.self)
    }

    private mutating func restOfLine() -> String? {
        let start = next
        while next < text.count, text[next] != newline { next += 1 }
        return String(decoding: text[start..<next], as: UTF8.self)
    }

    private mutating func skipLine() {
        while next < text.count, text[next] != newline { next += 1 }
        next += 1
    }
}

private let quote = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")
private let newline = UInt8(ascii: "\n")
