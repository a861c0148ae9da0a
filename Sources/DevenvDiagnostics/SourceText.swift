/// The text of one input file, shared by every location that points into it.
///
/// A location holds a reference to its text, so that a diagnostic can print the line it speaks of without
/// finding the file a second time (it may have changed in between).
package final class SourceText: Sendable {
    /// The file as the user named or would name it, for example `Envfile` or `teams/base.yaml`.
    package let name: String
    /// The bytes as they were read.
    package let bytes: [UInt8]
    private let lineStarts: [Int]

    /// Splits the text into lines; LF, CRLF and CR end a line.
    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        var starts = [0]
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\r"), index < bytes.count, bytes[index] == UInt8(ascii: "\n") { index += 1 }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { starts.append(index) }
        }
        lineStarts = starts
    }

    /// Makes a text from a string, for tests and for inputs that are not files.
    package convenience init(name: String, _ text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }

    /// The number of lines; an empty text has one.
    package var lineCount: Int { lineStarts.count }

    /// The line with this number (from 1) without its line ending and, as no editor counts it as a column, without a byte
    /// order mark; repaired where it is not UTF-8; nil outside the text.
    package func line(_ number: Int) -> String? {
        guard number >= 1, number <= lineStarts.count else { return nil }
        let end = number < lineStarts.count ? lineStarts[number] : bytes.count
        var line = bytes[lineStarts[number - 1]..<end]
        while let last = line.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { line.removeLast() }
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        return String(decoding: line, as: UTF8.self)
    }
}
