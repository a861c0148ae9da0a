import DevenvCrypto
import DevenvHost
import FoundationEssentials
import SystemPackage

/// What the bytes of a part belong to. Written before the first of them.
struct PartRecord: Hashable, Sendable, Codable {
    static let schema = 1

    private(set) var schema = PartRecord.schema
    /// The URL without what may be secret, for people.
    let address: String
    /// What tells this version of the file from others; nil where the server gave nothing that does.
    let validator: String?
    /// How long the whole file is; nil where the server did not say.
    let length: Int64?
    /// What was expected of the file.
    let checksum: Checksum?

    init(address: String, validator: String?, length: Int64?, checksum: Checksum?) {
        self.address = address
        self.validator = validator
        self.length = length
        self.checksum = checksum
    }

    /// The record in a file; nil for none, and for one that can't be read, which is as good as none.
    static func read(_ path: FilePath) throws(HostError) -> PartRecord? {
        guard let bytes = try HostFiles.read(path, limit: 64 << 10) else { return nil }
        guard let record = try? JSONDecoder().decode(PartRecord.self, from: Data(bytes)) else { return nil }
        return record.schema == schema ? record : nil
    }

    func write(to path: FilePath) throws(HostError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {  // texts and numbers can always be encoded
            throw HostError("writing", path, .invalidArgument)
        }
        try AtomicFile.write(Array(data) + [0x0a], to: path, mode: .ownerReadWrite, durable: false)
    }
}
