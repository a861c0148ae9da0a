import DevenvCrypto
import DevenvHost
import FoundationEssentials
import SystemPackage

/// Documents as they were last read, so that a server need not send again what has not changed.
struct DocumentCache: Sendable {
    let directory: FilePath

    /// What was kept of a document.
    struct Entry: Hashable, Sendable {
        let bytes: [UInt8]
        let tag: String?
        let changed: String?
    }

    /// Beside the bytes: what the server called them, and their digest, by which a torn pair of files is told.
    private struct Note: Codable {
        let tag: String?
        let changed: String?
        let sha256: String
    }

    /// What is there of a document; nil for nothing that is whole.
    func entry(_ address: WebAddress) throws(HostError) -> Entry? {
        guard let text = try HostFiles.read(note(address), limit: 64 << 10),
            let note = try? JSONDecoder().decode(Note.self, from: Data(text)),  // one that can't be read is none
            let bytes = try HostFiles.read(body(address)), SHA256.hexadecimal(of: bytes) == note.sha256
        else { return nil }
        return Entry(bytes: bytes, tag: note.tag, changed: note.changed)
    }

    /// Keeps a document that the server gave a name.
    func keep(_ bytes: [UInt8], _ head: ResponseHead?, for address: WebAddress) throws(HostError) {
        let tag = head?.fields["etag"]
        let changed = head?.fields["last-modified"]
        guard tag != nil || changed != nil else { return }
        let note = Note(tag: tag, changed: changed, sha256: SHA256.hexadecimal(of: bytes))
        guard let data = try? JSONEncoder().encode(note) else { return }  // texts can always be encoded
        try HostFiles.makeDirectory(directory, mode: .ownerReadWriteExecute)
        try AtomicFile.write(bytes, to: body(address), mode: .ownerReadWrite, durable: false)
        try AtomicFile.write(Array(data), to: self.note(address), mode: .ownerReadWrite, durable: false)
    }

    private func body(_ address: WebAddress) -> FilePath { directory.appending(key(address) + ".body") }
    private func note(_ address: WebAddress) -> FilePath { directory.appending(key(address) + ".json") }
    private func key(_ address: WebAddress) -> String {
        String(SHA256.hexadecimal(of: Array(address.text.utf8)).prefix(32))
    }
}
