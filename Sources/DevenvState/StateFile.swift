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

    /// The content of a file that can be done without: one that is damaged counts as none. Throws for a later format.
    static func readIntact<Content: Codable>(_ type: Content.Type, _ path: FilePath) throws(StateError) -> Content? {
        do throws(StateError) { return try read(type, path) } catch {
            guard error.isDamage else { throw error }
            return nil
        }
    }

    /// Writes the file, whole or not at all, and only for its owner: it may name hosts and paths.
    static func write<Content: Codable>(
        _ content: Content, to path: FilePath, durable: Bool = true
    ) throws(StateError) {
        try write(encoded(content, for: path), to: path, durable: durable)
    }

    private static func encoded<Content: Codable>(
        _ content: Content, for path: FilePath
    ) throws(StateError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(Envelope(schema: schema, content: content))) + [UInt8(ascii: "\n")]
        } catch {
            throw .damaged(path.string, "its new content can't be written as JSON")
        }
    }

    private static func write(_ bytes: [UInt8], to path: FilePath, durable: Bool) throws(StateError) {
        try StateError.wrap { () throws(HostError) in
            try AtomicFile.write(bytes, to: path, mode: .ownerReadWrite, durable: durable)
        }
    }
}

// Files that nothing else could tell again are kept twice: a copy beside the file, one change older where a command was killed in
// between.
extension StateFile {
    private static func copy(of path: FilePath) -> FilePath { FilePath(path.string + "~") }

    /// The content of a file that is kept twice, and whether only its copy could be read; nil where there is neither. Throws what
    /// is wrong with the file itself where the copy does not help, and for a later format, which is not damage.
    static func readEither<Content: Codable>(
        _ type: Content.Type, _ path: FilePath
    ) throws(StateError) -> (content: Content, isCopy: Bool)? {
        let damage: StateError?
        do throws(StateError) {
            if let content = try read(type, path) { return (content, false) }
            damage = nil
        } catch {
            guard error.isDamage else { throw error }
            damage = error
        }
        do throws(StateError) {
            if let content = try read(type, copy(of: path)) { return (content, true) }
        } catch { throw damage ?? error }
        if let damage { throw damage }
        return nil
    }

    /// Writes a file and its copy.
    static func writeBoth<Content: Codable>(
        _ content: Content, to path: FilePath, durable: Bool = true
    ) throws(StateError) {
        let bytes = try encoded(content, for: path)
        try write(bytes, to: path, durable: durable)
        FaultPoint.reach("state.file.written")
        try write(bytes, to: copy(of: path), durable: false)
    }

    /// Removes a file and its copy: the copy first, as one without its file means that the file was lost.
    static func removeBoth(_ path: FilePath) throws(StateError) {
        try StateError.wrap { () throws(HostError) in
            try HostFiles.remove(copy(of: path))
            try HostFiles.remove(path)
        }
    }
}
