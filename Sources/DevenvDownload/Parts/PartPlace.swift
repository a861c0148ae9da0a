import DevenvCrypto
import DevenvHost
import SystemPackage

/// Where the files of one download lie. Their name is the digest of the whole URL, so that no URL, which may hold a password, is
/// the name of a file.
struct PartPlace: Hashable, Sendable {
    let directory: FilePath
    let key: String

    init(_ address: WebAddress, in directory: FilePath) {
        self.init(key: String(SHA256.hexadecimal(of: Array(address.text.utf8)).prefix(32)), in: directory)
    }

    init(key: String, in directory: FilePath) {
        self.directory = directory
        self.key = key
    }

    /// The bytes that have come.
    var part: FilePath { directory.appending(key + ".part") }
    /// What they belong to.
    var record: FilePath { directory.appending(key + ".json") }
    /// Held by whoever downloads the file or uses it.
    var lock: FilePath { directory.appending(key + ".lock") }
    /// Says who does.
    var lockOwner: FilePath { directory.appending(key + ".lock.owner") }

    /// Removes what has come.
    func removePart() throws(HostError) {
        // the record first: bytes that nothing is known of are never gone on with
        try HostFiles.remove(record)
        FaultPoint.reach("download.part.forgotten")
        try HostFiles.remove(part)
    }
}
