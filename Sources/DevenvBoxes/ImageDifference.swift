/// One way in which an image is not what was added.
package struct ImageDifference: Hashable, Sendable, CustomStringConvertible {
    /// What kind of difference it is.
    package enum Kind: String, Hashable, Sendable, Codable {
        /// It was added and is not there.
        case missing
        /// It is there and was not added.
        case extra
        /// It is not the same.
        case changed
    }

    /// What kind of difference it is.
    package let kind: Kind
    /// From a tree's root, beginning with a slash, with unusual bytes written as `%` and two hexadecimal digits; or the name
    /// of a disk image's file.
    package let path: String
    /// What changed, such as `content`, `mode 0644 to 0600`; empty for the other kinds.
    package let details: [String]

    /// One line for people.
    package var description: String {
        details.isEmpty ? "\(kind.rawValue): \(path)" : "\(kind.rawValue): \(path) (\(details.joined(separator: ", ")))"
    }

    /// The differences between a manifest as it was written and a tree as it is, in the order of their paths.
    static func between(recorded: ArraySlice<Substring>, current: TreeManifest) -> [ImageDifference] {
        let before = byPath(recorded)
        let now = byPath(current.entries.map { Substring($0.line) }[...])
        let paths = Set(before.keys).union(now.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return paths.compactMap { path in
            switch (before[path], now[path]) {
            case (let old?, let new?): old == new ? nil : changed(String(path), fields(old), fields(new))
            case (.some, nil): ImageDifference(kind: .missing, path: String(path), details: [])
            case (nil, _): ImageDifference(kind: .extra, path: String(path), details: [])
            }
        }
    }

    private static func byPath(_ lines: ArraySlice<Substring>) -> [Substring: Substring] {
        Dictionary(
            lines.compactMap { line in fields(line).map { ($0.path, line) } }, uniquingKeysWith: { first, _ in first })
    }

    private struct Fields {
        let type: Substring
        let mode: Substring
        let owner: String
        let path: Substring
        let rest: ArraySlice<Substring>
    }

    private static func fields(_ line: Substring) -> Fields? {
        let words = line.split(separator: " ")
        guard words.count >= 5 else { return nil }
        return Fields(
            type: words[0], mode: words[1], owner: "\(words[2]):\(words[3])", path: words[4], rest: words.dropFirst(5))
    }

    private static func changed(_ path: String, _ old: Fields?, _ new: Fields?) -> ImageDifference {
        var details: [String] = []
        if let old, let new {
            if old.type != new.type {
                details.append("type \(old.type) to \(new.type)")
            } else if old.rest != new.rest {
                details.append(old.type == "l" ? "target" : "content or attributes")
            }
            if old.mode != new.mode { details.append("mode \(old.mode) to \(new.mode)") }
            if old.owner != new.owner { details.append("owner \(old.owner) to \(new.owner)") }
        }
        return ImageDifference(kind: .changed, path: path, details: details)
    }
}
