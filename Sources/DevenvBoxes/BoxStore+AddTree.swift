import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

extension BoxStore {
    /// Prepares a tree, from a directory or an archive, in a staging directory of this process's own.
    func prepare(tree source: FilePath, _ naming: Naming, in staging: FilePath) async throws(BoxError) -> Prepared {
        try Self.checkPrivileges(naming.attempt)
        if naming.loginKey != nil {
            throw BoxError(
                .invalid, "\(naming.attempt): a tree lets no key in",
                help: "leave out --login-key, which is for disk images")
        }
        let image = try makeImage(in: staging)
        try BoxError.wrap { () throws(HostError) in try HostFiles.makeDirectory(image.tree) }
        FaultPoint.reach("boxes.add.begun")
        try await fill(image.tree, from: source, naming.attempt)
        FaultPoint.reach("boxes.add.unpacked")
        let record = try await describe(image, naming)
        try await run(BoxTools.flush(image.root), naming.attempt, writingTo: image.root)
        FaultPoint.reach("boxes.add.written")
        return Prepared(image: image, record: record, naming: naming)
    }

    /// Throws unless root does it, which alone may make what a tree holds.
    static func checkPrivileges(_ attempt: String) throws(BoxError) {
        guard geteuid() == 0 else { throw .notPermitted(attempt) }
    }

    /// Makes the directories that every image has.
    func makeImage(in staging: FilePath) throws(BoxError) -> ImageLayout {
        let image = ImageLayout(root: staging.appending("image"))
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.makeDirectory(image.root, mode: .passable)
            try HostFiles.makeDirectory(image.references)
        }
        return image
    }

    private func fill(_ tree: FilePath, from source: FilePath, _ attempt: String) async throws(BoxError) {
        let call =
            HostFiles.isDirectory(source) ? BoxTools.copy(source, to: tree) : BoxTools.unpack(source, into: tree)
        try await run(call, attempt, writingTo: tree)
    }

    /// Writes what there is to know about a tree beside it.
    func describe(_ image: ImageLayout, _ naming: Naming) async throws(BoxError) -> ImageRecord {
        let manifest = try await TreeManifest.measuring(image.tree)
        guard manifest.entries.count > 1 else {
            throw BoxError(.invalid, "adding a box: there is nothing in it", help: "a box is the root of a file system")
        }
        let bytes = manifest.bytes
        let record = ImageRecord(
            digest: ImageDigest(hexadecimal: SHA256.hexadecimal(of: bytes)), format: .directories,
            user: TreeFacts.user(in: image.tree, manifest),
            version: TreeFacts.debianVersion(of: image.tree, manifest),
            architecture: TreeFacts.architecture(of: image.tree, manifest),
            entries: manifest.entries.count, bytes: manifest.size)
        try BoxError.wrap { () throws(HostError) in try AtomicFile.write(bytes, to: image.manifest, durable: false) }
        try write(record, to: image.record)
        return record
    }
}
