import DevenvHost
import DevenvModel
import DevenvPluginAPI
import FoundationEssentials
import SystemPackage

/// The notes of this user's networks, one file each, and one that says which adapters there were before another was made.
struct NetworkLedger: Sendable {
    let directory: FilePath

    /// Which network of which project.
    struct Key: Hashable, Sendable {
        let project: ProjectID
        let network: NetworkName

        fileprivate var file: String { "\(project)-\(network)" }
    }

    /// The note of a network; nil where there is none, or one that can't be read: what is not known to be ours is not touched.
    func note(_ key: Key) throws(ProviderError) -> NetworkNote? { try read(NetworkNote.self, key.file) }

    /// The notes of all networks.
    func notes() throws(ProviderError) -> [(key: Key, note: NetworkNote)] {
        let names = try ProviderError.translate { () throws(HostError) in try HostFiles.list(directory) }
        var notes: [(key: Key, note: NetworkNote)] = []
        for name in names.sorted() where name.utf8.count > Self.projectDigits + 1 && !name.hasPrefix(Self.making) {
            let key = Key(
                project: ProjectID(unchecked: String(name.prefix(Self.projectDigits))),
                network: NetworkName(unchecked: String(name.dropFirst(Self.projectDigits + 1))))
            if key.file == name, let note = try note(key) { notes.append((key, note)) }
        }
        return notes
    }

    /// Keeps a note; one of which nothing is left goes.
    func keep(_ note: NetworkNote, _ key: Key) throws(ProviderError) {
        guard !note.members.isEmpty || note.adapter != nil else { return try remove(key.file) }
        try write(note, key.file)
    }

    /// The adapters that there were before another was begun; nil where none was, or where it was finished.
    func begun() throws(ProviderError) -> [String]? { try read([String].self, Self.making) }
    /// Notes that an adapter is about to be made.
    func begin(among names: [String]) throws(ProviderError) { try write(names, Self.making) }
    /// Notes that it is made, and whose it is.
    func finish() throws(ProviderError) { try remove(Self.making) }

    private static let making = "making"
    private static let projectDigits = 16

    private func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws(ProviderError) -> Value? {
        let bytes = try ProviderError.translate { () throws(HostError) in
            try HostFiles.read(directory.appending(name))
        }
        guard let bytes else { return nil }
        return try? JSONDecoder().decode(type, from: Data(bytes))  // one that can't be read proves nothing
    }

    private func write(_ value: some Encodable, _ name: String) throws(ProviderError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes: [UInt8]
        do { bytes = Array(try encoder.encode(value)) } catch {
            throw .failed("encoding a note of a network: \(error)")
        }
        try ProviderError.translate { () throws(HostError) in
            try HostFiles.makeDirectory(directory, mode: .ownerReadWriteExecute)
            try AtomicFile.write(bytes, to: directory.appending(name), mode: .ownerReadWrite)
        }
    }

    private func remove(_ name: String) throws(ProviderError) {
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(directory.appending(name)) }
    }
}
