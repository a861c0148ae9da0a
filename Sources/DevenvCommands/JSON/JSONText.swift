import FoundationEssentials

/// What `--json` prints. Every document and every line is an object with the key `schema`.
package enum JSONText {
    /// The version of all documents and lines; raised when a key changes its meaning or goes.
    package static let schema = 1

    /// A document over several lines, for an answer.
    package static func document(_ value: some Encodable) throws -> String {
        try text(value, [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted])
    }

    /// One line, for an event.
    package static func line(_ value: some Encodable) throws -> String {
        try text(value, [.sortedKeys, .withoutEscapingSlashes])
    }

    private static func text(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
