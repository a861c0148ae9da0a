/// What VBoxManage writes on its standard error when something went wrong.
///
/// The first line is the message; details and context follow; and where an option is unknown, hundreds of lines of usage. It
/// also writes progress there, and warnings.
struct VBoxComplaint {
    private static let mark = "VBoxManage: error:"
    /// Written before anything works at all, such as when an argument can't be translated.
    private static let fatalMark = "VBoxManage: fatal error:"

    /// Nil where nothing is complained of.
    static func read(_ text: String) -> VBoxError? {
        let lines = text.split(whereSeparator: \.isNewline).map { unprogressed($0) }
        let messages = lines.compactMap { message($0) }
        guard let first = messages.first else { return nil }
        let details = messages.filter { !$0.hasPrefix("Details: ") && !$0.hasPrefix("Context: ") && !$0.isEmpty }
        return VBoxError(
            code(in: messages), words(first, details), details: Array(details.drop { $0 == first }.prefix(3)))
    }

    private static func message(_ line: Substring) -> String? {
        for mark in [mark, fatalMark] {
            // where a number can't be read, neither a message nor an end of line follows
            guard let range = line.firstRange(of: mark) else { continue }
            return trimmed(line[range.upperBound...])
        }
        return nil
    }

    /// Progress stands at the beginning of a line, and is cut off by the result where something fails.
    private static func unprogressed(_ line: Substring) -> Substring {
        guard let end = line.ranges(of: "%...").last else { return line }
        return line[end.upperBound...]
    }

    /// The last result that is named: what was attempted last is what failed.
    private static func code(in messages: [String]) -> VBoxError.Code {
        for line in messages.reversed() where line.contains("(0x") {
            guard line.hasPrefix("Details: code ") || line.hasPrefix("Code ") else { continue }
            let digits = line.split(separator: "(0x", maxSplits: 1).last?.prefix { $0.isHexDigit }
            if let number = digits.flatMap({ UInt32($0, radix: 16) }) { return .result(number) }
        }
        return .refused
    }

    /// The message itself; where there is none, all that is known.
    private static func words(_ first: String, _ details: [String]) -> String {
        if !first.isEmpty, !first.hasPrefix("Code ") { return first }
        return details.first { !$0.hasPrefix("Code ") } ?? details.first ?? "an argument can't be read"
    }

    private static func trimmed(_ text: Substring) -> String {
        var result = text
        while let last = result.last, last.isWhitespace || last == "." || last == "!" { result.removeLast() }
        return String(result.drop(while: \.isWhitespace))
    }
}
