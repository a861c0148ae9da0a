/// The status and the fields of a response.
struct ResponseHead: Hashable, Sendable {
    let status: Int
    /// By their names in lower case; of a repeated one the last.
    let fields: [String: String]

    /// Reads lines; nil where the first is no status line.
    init?(_ lines: [Substring]) {
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else { return nil }
        self.status = status
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0.isWhitespace }
            fields[line[..<colon].lowercased()] = String(value.reversed().drop { $0.isWhitespace }.reversed())
        }
        self.fields = fields
    }

    /// Whether curl goes on to another response after this one.
    var isFollowed: Bool {
        if (100..<200).contains(status) { return true }
        return [301, 302, 303, 307, 308].contains(status) && fields["location"] != nil
    }

    /// How long the file is that the body belongs to; nil where nothing is said.
    var totalLength: Int64? {
        if status == 206 { return contentRange?.total }
        return fields["content-length"].flatMap { Int64($0) }
    }

    /// Which bytes of how many the body is (RFC 9110, section 14.4); nil where that is not said, or not understood.
    var contentRange: (start: Int64, total: Int64?)? {
        guard let text = fields["content-range"]?.lowercased(), text.hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/")
        let start = parts.first?.split(separator: "-").first.flatMap { Int64($0) }
        guard parts.count == 2, let start else { return nil }
        return (start, Int64(parts[1]))
    }

    /// What tells this version of the file from any other, for `If-Range` (RFC 9110, section 13.1.5): a strong entity tag, or the
    /// time of the last change, where the file had not changed for a minute when it was sent. Nil for neither.
    var validator: String? {
        if let tag = fields["etag"] { return tag.hasPrefix("\"") ? tag : nil }
        guard let changed = fields["last-modified"], let sent = fields["date"],
            let changedAt = WebTime.seconds(changed), let sentAt = WebTime.seconds(sent)
        else { return nil }
        return sentAt - changedAt >= 60 ? changed : nil
    }

    /// Whether the body is a web page, whatever was asked for.
    var isWebPage: Bool {
        let type = fields["content-type"]?.lowercased() ?? ""
        return type.hasPrefix("text/html") || type.hasPrefix("application/xhtml")
    }
}

/// Finds the head of the last response in what curl writes with `--include`.
struct HeadReader: Sendable {
    private static let limit = 256 << 10
    private var bytes: [UInt8] = []

    /// What a piece of output has completed.
    enum Reading: Sendable {
        /// More is needed.
        case incomplete
        /// The head, and the first bytes of the body.
        case complete(ResponseHead, [UInt8])
        /// It is no response.
        case garbage
    }

    /// Takes a piece in.
    mutating func feed(_ piece: [UInt8]) -> Reading {
        bytes += piece
        while let end = Self.end(of: bytes) {
            let text = String(decoding: bytes[..<end], as: UTF8.self)
            guard let head = ResponseHead(text.split(whereSeparator: \.isNewline)) else { return .garbage }
            bytes.removeFirst(end)
            if !head.isFollowed { return .complete(head, bytes) }
        }
        return bytes.count > Self.limit ? .garbage : .incomplete
    }

    /// Where the empty line after the fields ends.
    private static func end(of bytes: [UInt8]) -> Int? {
        for index in bytes.indices where bytes[index] == 0x0a {
            if index + 1 < bytes.count, bytes[index + 1] == 0x0a { return index + 2 }
            if index + 2 < bytes.count, bytes[index + 1] == 0x0d, bytes[index + 2] == 0x0a { return index + 3 }
        }
        return nil
    }
}
