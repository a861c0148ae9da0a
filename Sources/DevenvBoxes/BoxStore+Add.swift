import DevenvHost
import DevenvPluginAPI
import Glibc
package import SystemPackage

extension BoxStore {
    /// Adds what a path holds under a name: a directory or an archive with the root of a file system (tar, plain or compressed
    /// in a way that tar knows), a disk image (qcow2), or a Vagrant box for libvirt. Only root may add a tree.
    ///
    /// Adding what the store has already gives the same image again. A name that stands for another image of the same format is
    /// an error `.taken` unless `naming.replacing`; machines made from that image keep it. An end at any moment leaves
    /// nothing that is trusted.
    package func add(_ source: FilePath, as naming: Naming) async throws(BoxError) -> BoxRecord {
        try naming.check()
        let kind = try SourceKind(of: source, naming.attempt)
        return try await withStaging(naming.attempt) { staging throws(BoxError) in
            switch kind {
            case .directory, .foreignArchive: try await add(tree: source, naming, in: staging)
            case .archive(let compression): try await add(archive: source, compression, naming, in: staging)
            case .disk: try await add(disk: source, naming, in: staging)
            }
        }
    }

    /// Gives an image its place and its name. Of two processes with the same image, the first one's is taken.
    func publish(_ image: ImageLayout, _ record: ImageRecord, _ naming: Naming) async throws(BoxError) -> BoxRecord {
        try await exclusively(naming.attempt) { () throws(BoxError) in
            var file = try nameFile(naming.name) ?? NameFile()
            try checkFree(naming, for: record, in: file)
            let target = layout.image(record.digest)
            if HostFiles.exists(target.record) {
                try naming.loginKey?.write(into: target)
            } else {
                try BoxError.wrap { () throws(HostError) in
                    try HostFiles.rename(image.root, to: target.root)
                    try Self.flush(layout.images)
                }
            }
            FaultPoint.reach("boxes.add.published")
            let entry = NameEntry(
                format: record.format, digest: record.digest, version: naming.version ?? record.version,
                architecture: naming.architecture ?? record.architecture, user: naming.user ?? record.user,
                loginKey: naming.loginKey?.digest, created: time(nil),
                source: naming.source)
            file[record.format] = entry
            try write(file, to: layout.nameFile(naming.name))
            FaultPoint.reach("boxes.add.named")
            try collect()
            return try self.record(of: entry, named: naming.name)
        }
    }

    /// Throws `.taken` where a name stands for an image of a format that must not be replaced.
    func checkFree(_ naming: Naming, _ format: BoxImage.Format) throws(BoxError) {
        guard !naming.replacing, try nameFile(naming.name)?[format] != nil else { return }
        throw .taken(naming, format)
    }

    private func checkFree(_ naming: Naming, for record: ImageRecord, in file: NameFile) throws(BoxError) {
        guard !naming.replacing, let entry = file[record.format], entry.digest != record.digest else { return }
        throw .taken(naming, record.format)
    }

    /// Makes a rename in a directory outlive a power cut.
    private static func flush(_ directory: FilePath) throws(HostError) {
        try HostError.wrap("writing", directory) {
            let file = try FileDescriptor.open(directory, .readOnly, options: [.directory, .closeOnExec])
            try file.closeAfter { guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) } }
        }
    }
}

// Running of programs that fill a directory.
extension BoxStore {
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

extension BoxError {
    fileprivate static func taken(_ naming: BoxStore.Naming, _ format: BoxImage.Format) -> BoxError {
        BoxError(
            .taken, "\(naming.attempt): the name stands for another \(format.noun) already",
            help: "choose another name, or replace it with --force; machines made from it keep it")
    }
}
