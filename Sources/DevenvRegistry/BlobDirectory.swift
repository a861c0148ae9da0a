import DevenvBoxes
import DevenvHost
import Glibc
import SystemPackage

/// Where skopeo puts the blobs of images that it fetches, each under its digest.
struct BlobDirectory: Sendable {
    let root: FilePath

    /// Where all of them are.
    var files: FilePath { root.appending("sha256") }

    /// Where a blob is.
    func path(_ digest: ImageDigest) -> FilePath { files.appending(digest.hexadecimal) }

    func make() throws(HostError) { try HostFiles.makeDirectory(files, mode: .ownerReadWriteExecute) }

    /// Has a hole stand for a blob whose content is known already: skopeo looks whether there is a file of the name, and does
    /// not fetch it then.
    func fill(_ blob: Manifest.Descriptor) throws(HostError) {
        let path = path(blob.digest)
        try HostError.wrap("making the placeholder", path) {
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite])
            try file.closeAfter {
                guard ftruncate(file.rawValue, off_t(blob.size)) == 0 else { throw Errno(rawValue: errno) }
            }
        }
    }
}
