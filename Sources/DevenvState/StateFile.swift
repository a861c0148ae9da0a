import DevenvHost
import FoundationEssentials
import SystemPackage

/// A JSON file with a format number: `{"schema": 1, …}`, keys sorted, so that a difference shows what changed.
enum StateFile {
    /// The format that this version writes, and the newest that it reads.
    static let schema = 1

    private struct Envelope<Content: Codable>: Codable {
        let schema: Int
        let content: Content
    }

    private struct Header: Codable {
        let schema: Int
    }

    /// The content of the file, nil where there is none.
    static func read<Content: Codable>(_ type: Content.Type, _ path: FilePath) throws(StateError) -> Content? {
        guard let bytes = try StateError.wrap({ () throws(HostError) in try HostFiles.read(path) }) else { return nil }
        let decoder = JSONDecoder()
        guard let header = try? decoder.decode(Header.self, from: Data(bytes)) else {  // the reason is the same for all
            throw .damaged(path.string, "it is no JSON object with a schema")
        }
        guard header.schema <= schema else { throw .tooNew(path.string, schema: header.schema) }
        do {
            return try decoder.decode(Envelope<Content>.self, from: Data(bytes)).content
        } catch {
            throw .damaged(path.string, "its content does not fit format \(header.schema)")
        }
    }

    /// Writes the file, whole or not at all, and only for its owner: it may name hosts and paths.
    static func write<Content: Codable>(
        _ content: Content, to path: FilePath, durable: Bool = true
    ) throws(StateError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data: Data
        do { data = try encoder.encode(Envelope(schema: schema, content: content)) } catch {
            throw .damaged(path.string, "its new content can't be written as JSON")
        }
        let bytes = Array(data) + [UInt8(ascii: "\n")]
        try StateError.wrap { () throws(HostError) in
            try AtomicFile.write(bytes, to: path, mode: .ownerReadWrite, durable: durable)
        }
    }
}
