import DevenvCrypto
import DevenvModel

extension DownloadError {
    /// The disk has less room than the file needs.
    static func tooLarge(_ attempt: String, wanted: Int64, room: Int64) -> DownloadError {
        DownloadError(
            .diskFull,
            "\(attempt): \(ByteCount(bytes: wanted)) are to come, and \(ByteCount(bytes: room)) are free on the disk",
            help: "free some space and run the command again, which goes on from what has come; "
                + "'devenv box gc' removes what nobody needs")
    }

    /// The bytes are not those that were asked for.
    static func wrongChecksum(_ attempt: String, expected: Checksum, found: Checksum) -> DownloadError {
        DownloadError(
            .wrongContent,
            "\(attempt): its checksum is \(found), and \(expected) was expected; it was removed",
            help: "either the file or the checksum was changed: ask whoever publishes it")
    }

    /// There are more or fewer bytes than were asked for.
    static func wrongSize(_ attempt: String, expected: Int64, found: Int64) -> DownloadError {
        DownloadError(
            .wrongContent, "\(attempt): it has \(found) bytes, and \(expected) were expected; it was removed",
            help: "either the file or the catalog was changed: ask whoever publishes it")
    }

    /// The server said that it was all, and it was not.
    static func incomplete(_ attempt: String) -> DownloadError {
        DownloadError(
            .unreachable, "\(attempt): the server sent less than it said",
            help: "what has come is kept: the same command goes on from there")
    }

    /// The file is another one each time.
    static func changing(_ attempt: String) -> DownloadError {
        DownloadError(
            .wrongContent, "\(attempt): the file changed each time while it was downloaded",
            help: "try again when whoever publishes it is done")
    }

    /// This host's libcrypto does not do a hash function.
    static func unknownAlgorithm(_ algorithm: HashAlgorithm, _ attempt: String) -> DownloadError {
        DownloadError(
            .failed, "\(attempt): this host's libcrypto refuses the checksum's hash function \(algorithm.rawValue)",
            help: "ask whoever publishes it for a checksum of the type sha256")
    }
}
