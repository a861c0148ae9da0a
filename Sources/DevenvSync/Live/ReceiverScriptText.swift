/// Commands for the machine's shell, each of which is done only where those before it went well; pure.
struct ReceiverScriptText {
    /// The commands.
    private(set) var bytes: [UInt8] = []

    /// What a call may take of words: far below what systems take (`ARG_MAX`, execve(2)).
    private static let limit = 60_000

    /// Adds a command with words, in as many calls as they need; none without words.
    mutating func add(_ command: String, _ words: [[UInt8]], last: [UInt8] = [], then rest: String = "") {
        var line: [UInt8] = []
        for word in words {
            line += [UInt8(ascii: " ")] + word
            if line.count > Self.limit { flush(command, &line, last, rest) }
        }
        flush(command, &line, last, rest)
    }

    private mutating func flush(_ command: String, _ words: inout [UInt8], _ last: [UInt8], _ rest: String) {
        guard !words.isEmpty else { return }
        if !bytes.isEmpty { bytes += " &&\n".utf8 }
        bytes += Array("{ \(command)".utf8) + words + (last.isEmpty ? [] : [UInt8(ascii: " ")] + last)
        bytes += "\(rest); }".utf8
        words = []
    }
}

extension RelativePath {
    /// The path as one word of a shell, byte for byte (POSIX.1-2017, XCU 2.2.2); one that begins with a hyphen stands behind `--`.
    var quoted: [UInt8] { Self.quote(bytes.isEmpty ? Array(".".utf8) : bytes) }

    /// The same with a slash at its end: what stands there must be a directory.
    var quotedDirectory: [UInt8] { Self.quote(bytes.isEmpty ? Array("./".utf8) : bytes + [UInt8(ascii: "/")]) }

    private static func quote(_ bytes: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "'")
        return [quote] + bytes.flatMap { $0 == quote ? Array("'\\''".utf8) : [$0] } + [quote]
    }
}
