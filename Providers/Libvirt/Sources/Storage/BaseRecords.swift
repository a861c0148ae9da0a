import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// What devenv notes about the bases that it has filled itself. A base is trusted for such a note, never for its name: the
/// note is taken away before anything is done to the volume and written after the last byte is.
struct BaseRecords: Sendable {
    private let directory: FilePath
    private let place: String

    /// The notes about the bases of one pool.
    init(uri: String, pool: OpenPool, in directories: HostDirectories) {
        directory = directories.data.appending("libvirt").appending("bases")
        place = [uri, pool.name, pool.directory.string].joined(separator: "\n")
    }

    /// What a base looked like when it was whole.
    func proof(of volume: String) throws(ProviderError) -> FileProof? {
        guard let record = try Notes.read(BaseRecord.self, at: file(of: volume)) else { return nil }
        return record.place == place && record.volume == volume ? record.proof : nil
    }

    /// Notes that a base is whole.
    func write(_ proof: FileProof, of volume: String) throws(ProviderError) {
        try Notes.write(BaseRecord(place: place, volume: volume, proof: proof), to: file(of: volume))
    }

    /// Forgets what is known of a base.
    func remove(_ volume: String) throws(ProviderError) {
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(file(of: volume)) }
    }

    private func file(of volume: String) -> FilePath {
        let digest = SHA256.hexadecimal(of: Array((place + "\n" + volume).utf8))
        return directory.appending(digest.prefix(32) + ".json")
    }
}

/// One note.
private struct BaseRecord: Codable {
    let place: String
    let volume: String
    let proof: FileProof
}
