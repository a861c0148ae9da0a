import DevenvCrypto
import DevenvHost
import DevenvModel
import Glibc
package import SystemPackage

extension BoxStore {
    /// Adds the tree of a directory or an archive (tar, plain or compressed in a way that tar knows) under a name.
    ///
    /// `user` is who people are expected to log in as; nil for `dev` if the tree has such a user, otherwise `root`. `version` nil
    /// is that of the Debian in it, if there is one. Adding
    /// what the store has already gives the same image again. A name that stands for another image is an error `.taken`
    /// unless `replacing`; machines made from that image keep it. An end at any moment leaves nothing that is trusted.
    package func add(
        _ source: FilePath, name: String, version: String? = nil, user: String? = nil, replacing: Bool = false
    ) async throws(BoxError) -> BoxRecord {
        let naming = Naming(name: name, version: version, user: user, source: source.string, replacing: replacing)
        try Self.check(naming)
        try Self.check(source, for: naming)
        return try await withStaging(naming.attempt) { staging throws(BoxError) in
            try await add(source, naming, in: staging)
        }
    }

    /// What an image is to be known as; its version, where none is given, is that of the Debian in it.
    struct Naming: Sendable {
        let name: String
        var version: String?
        var user: String?
        let source: String
        let replacing: Bool

        /// For messages.
        var attempt: String { "adding the box '\(name)' from '\(source)'" }
    }

    /// Adds a tree in a directory of this process's own.
    func add(_ source: FilePath, _ naming: Naming, in staging: FilePath) async throws(BoxError) -> BoxRecord {
        let image = ImageLayout(root: staging.appending("image"))
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.makeDirectory(image.root, mode: [.ownerReadWriteExecute, .groupExecute, .otherExecute])
            try HostFiles.makeDirectory(image.tree)
            try HostFiles.makeDirectory(image.references)
        }
        FaultPoint.reach("boxes.add.begun")
        try await fill(image.tree, from: source, naming.attempt)
        FaultPoint.reach("boxes.add.unpacked")
        let record = try await describe(image)
        try await run(BoxTools.flush(image.root), naming.attempt, writingTo: image.root)
        FaultPoint.reach("boxes.add.written")
        return try await publish(image, record, naming)
    }

    private func fill(_ tree: FilePath, from source: FilePath, _ attempt: String) async throws(BoxError) {
        let call = Self.isDirectory(source) ? BoxTools.copy(source, to: tree) : BoxTools.unpack(source, into: tree)
        try await run(call, attempt, writingTo: tree)
    }

    /// Writes what there is to know about a tree beside it.
    private func describe(_ image: ImageLayout) async throws(BoxError) -> ImageRecord {
        let manifest = try await TreeManifest.measuring(image.tree)
        guard manifest.entries.count > 1 else {
            throw BoxError(.invalid, "adding a box: there is nothing in it", help: "a box is the root of a file system")
        }
        let bytes = manifest.bytes
        let record = ImageRecord(
            digest: TreeDigest(hexadecimal: SHA256.hexadecimal(of: bytes)),
            user: TreeFacts.user(in: image.tree, manifest),
            version: TreeFacts.debianVersion(of: image.tree, manifest),
            architecture: TreeFacts.architecture(of: image.tree, manifest),
            entries: manifest.entries.count, bytes: manifest.size)
        try BoxError.wrap { () throws(HostError) in try AtomicFile.write(bytes, to: image.manifest, durable: false) }
        try write(record, to: image.record)
        return record
    }

    /// Gives an image its place and its name. Of two processes with the same image, the first one's is taken.
    private func publish(_ image: ImageLayout, _ record: ImageRecord, _ naming: Naming) async throws(BoxError)
        -> BoxRecord
    {
        try await exclusively(naming.attempt) { () throws(BoxError) in
            try checkFree(naming, for: record.digest)
            let target = layout.image(record.digest)
            if !HostFiles.exists(target.record) {
                try BoxError.wrap { () throws(HostError) in
                    try HostFiles.rename(image.root, to: target.root)
                    try Self.flush(layout.images)
                }
            }
            FaultPoint.reach("boxes.add.published")
            let entry = NameEntry(
                digest: record.digest, version: naming.version ?? record.version, user: naming.user ?? record.user,
                created: time(nil),
                source: naming.source)
            try write(entry, to: layout.nameFile(naming.name))
            FaultPoint.reach("boxes.add.named")
            try collect()
            return entry.record(named: naming.name, record)
        }
    }

    private func checkFree(_ naming: Naming, for digest: TreeDigest) throws(BoxError) {
        guard !naming.replacing, let entry = try nameEntry(naming.name), entry.digest != digest else { return }
        throw BoxError(
            .taken, "\(naming.attempt): the name stands for another box already",
            help: "choose another name, or replace it with --force; machines made from it keep it")
    }

    /// Makes a rename in a directory outlive a power cut.
    private static func flush(_ directory: FilePath) throws(HostError) {
        try HostError.wrap("writing", directory) {
            let file = try FileDescriptor.open(directory, .readOnly, options: [.directory, .closeOnExec])
            try file.closeAfter { guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) } }
        }
    }
}

// What can be known before anything is done.
extension BoxStore {
    static func check(_ naming: Naming) throws(BoxError) {
        guard BoxReference.isName(naming.name) else {
            throw BoxError(
                .invalid, "'\(naming.name)' can't be the name of a box",
                help: "use letters, digits, '.', '_' and '-', and at most one '/', for example debian/12")
        }
        if let version = naming.version, BoxVersion(parsing: version) == nil {
            throw BoxError(
                .invalid, "'\(version)' can't be the version of a box", help: "use numbers with dots, for example 12.11"
            )
        }
        guard geteuid() == 0 else { throw .notPermitted(naming.attempt) }
    }

    private static func check(_ source: FilePath, for naming: Naming) throws(BoxError) {
        guard access(source.string, R_OK) == 0 else {
            let reason = Errno(rawValue: errno)
            throw BoxError(.invalid, "\(naming.attempt): \(reason.description.lowercased())")
        }
        guard source != "/" else {
            throw BoxError(.invalid, "\(naming.attempt): the root of this host can't be a box while it is in use")
        }
    }

    /// Whether there is a directory, or a link to one.
    private static func isDirectory(_ path: FilePath) -> Bool {
        var status = stat()
        return stat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Runs a program that fills a directory.
    func run(_ call: ToolInvocation, _ attempt: String, writingTo directory: FilePath) async throws(BoxError) {
        let outcome: ToolOutcome
        do { outcome = try await runner.run(call) } catch { throw .tool(error, attempt) }
        guard outcome.status != 0 else { return }
        if Self.isFull(directory) { throw .diskFull(attempt) }
        throw BoxError(.failed, "\(attempt): '\(call.tool)' failed with status \(outcome.status): \(outcome.complaint)")
    }

    /// Whether a file system has next to nothing left: what tools say about it differs, what the kernel says does not.
    static func isFull(_ directory: FilePath) -> Bool {
        var status = statvfs()
        guard statvfs(directory.string, &status) == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 20 || status.f_favail < 16
    }
}
