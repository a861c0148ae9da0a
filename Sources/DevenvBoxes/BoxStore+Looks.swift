import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
package import SystemPackage

/// How a file of an image looked when it came into the store. Unlike a `FileStamp` it stays the same when the file gets another
/// link or owner, as providers give it, and when the store is copied with its times.
struct FileLook: Hashable, Sendable, Codable {
    private let size: Int64
    /// The time of the last change of the content, in nanoseconds since 1970.
    private let modified: Int64

    /// Looks at a file; nil where there is none.
    init?(of path: FilePath) {
        var status = stat()
        guard lstat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
}

extension ImageLayout {
    /// How the files of an image look; nil for a tree, which one look does not tell anything of.
    func looks(_ record: ImageRecord) -> [FileLook]? {
        guard record.format != .directories else { return nil }
        let looks = content(record).map(FileLook.init(of:))
        return looks.contains(nil) ? nil : looks.compactMap { $0 }
    }
}

extension BoxStore {
    /// Throws `.damaged` where files of an image are not what was added: asked before a machine is made from it. One look tells
    /// that nothing has happened to them; only where they look otherwise they are read.
    package func requireUnchanged(_ digest: String, name: String) async throws(BoxError) {
        guard let digest = ImageDigest(parsing: digest), let (record, place) = try imageRecord(digest),
            let known = record.looks
        else { return }
        let image = place.image(digest)
        if image.looks(record) == known { return }
        let differences = try await differences(of: digest, "looking at the box '\(name)'")
        guard differences.isEmpty else {
            throw BoxError(
                .damaged,
                "the box '\(name)' has changed in the store since it was added: "
                    + differences.map(\.description).joined(separator: ", "),
                help:
                    "add it anew with --force, from where it came ('devenv box list --info' says); 'devenv box verify' "
                    + "looks through all boxes")
        }
        guard place == layout else { return }
        try await exclusively("looking at the box '\(name)'") { () throws(BoxError) in
            guard var current = try decodeImage(image) else { return }
            current.looks = image.looks(current)
            try write(current, to: image.record)
        }
    }

    /// Whether a file is one that was added, and is as it was then: the store has all that is in it.
    package func hasAdded(_ file: FilePath) throws(BoxError) -> Bool {
        guard let stamp = FileStamp(of: file) else { return false }
        for name in try names(in: layout) {
            for entry in try nameFile(name)?.images ?? [] where entry.stamp == stamp {
                if try imageRecord(entry.digest) != nil { return true }
            }
        }
        return false
    }
}
