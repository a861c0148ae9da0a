import DevenvHost
import DevenvPluginAPI
import FoundationEssentials
import SystemPackage

/// What devenv writes down about machines and volumes, as JSON.
enum Notes {
    /// A note; nil where there is none, or one that can't be read: a note is never needed to remove what it speaks of, and
    /// what it would prove counts as unproven.
    static func read<Note: Decodable>(_ type: Note.Type, at path: FilePath) throws(ProviderError) -> Note? {
        let bytes = try ProviderError.translate { () throws(HostError) in try HostFiles.read(path) }
        guard let bytes else { return nil }
        return try? JSONDecoder().decode(type, from: Data(bytes))  // see above: an unreadable one proves nothing
    }

    /// Writes a note, whole or not at all, so that it outlives a power cut.
    static func write(_ note: some Encodable, to path: FilePath) throws(ProviderError) {
        let bytes = try encode(note)
        try ProviderError.translate { () throws(HostError) in
            try HostFiles.makeDirectory(path.removingLastComponent(), mode: .ownerReadWriteExecute)
            try AtomicFile.write(bytes, to: path, mode: .ownerReadWrite)
        }
    }

    /// The JSON text of a value.
    static func encode(_ note: some Encodable) throws(ProviderError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(note)) } catch { throw .failed("encoding a note: \(error)") }
    }
}
