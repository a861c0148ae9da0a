import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

extension BoxStore {
    /// Prepares a disk image in a staging directory of this process's own. A file that lies in there, or that `given` says is
    /// given away, is moved, any other copied.
    ///
    /// The image has to stand for itself: one that needs another file, is encrypted or damaged is an error `.invalid`.
    func prepare(
        disk source: FilePath, _ naming: Naming, in staging: FilePath, given: GivenFile? = nil
    ) async throws(BoxError) -> Prepared {
        if naming.loginKey != nil, naming.user == nil {
            throw BoxError(
                .invalid, "\(naming.attempt): whom the login key lets in is not said", help: "name the user with --user"
            )
        }
        // before gigabytes are copied
        _ = try DiskIntake.header(of: source, naming.attempt)
        try DiskIntake.checkAtRest(source, naming.attempt)
        let image = try makeImage(in: staging)
        FaultPoint.reach("boxes.add.begun")
        let intake = DiskIntake(store: self, target: image.disk, attempt: naming.attempt)
        let isOwn = given != nil || source.starts(with: staging)
        let digest = isOwn ? try await intake.move(source, given?.digest) : try await intake.copy(source)
        FaultPoint.reach("boxes.add.copied")
        return try await prepare(image, digest, naming)
    }

    /// A file that the store may keep.
    struct GivenFile: Sendable {
        /// Its digest, where that was computed as it came.
        let digest: ImageDigest?
    }

    /// Prepares a disk image that has come to its place in the image's directory.
    func prepare(_ image: ImageLayout, _ digest: ImageDigest, _ naming: Naming) async throws(BoxError) -> Prepared {
        let header = try DiskIntake.header(of: image.disk, naming.attempt)
        try await inspect(image.disk, naming.attempt)
        let record = ImageRecord(
            digest: digest, format: .qcow2, user: naming.user ?? "dev", loginKey: naming.loginKey?.digest,
            version: naming.version, architecture: naming.architecture, baseMAC: naming.baseMAC,
            defaults: naming.defaults,
            bytes: try BoxError.wrap { () throws(HostError) in try HostFiles.size(of: image.disk) },
            virtualBytes: header.virtualSize)
        return try finish(image, record, naming)
    }

    /// Writes beside the files of an image what there is to know of it.
    func finish(_ image: ImageLayout, _ record: ImageRecord, _ naming: Naming) throws(BoxError) -> Prepared {
        try naming.loginKey?.write(into: image)
        var record = record
        record.looks = image.looks(record)
        try write(record, to: image.record)
        FaultPoint.reach("boxes.add.written")
        return Prepared(image: image, record: record, naming: naming)
    }

    /// Has QEMU look through an image's tables: what is cut off or damaged does not come into the store.
    func inspect(_ disk: FilePath, _ attempt: String) async throws(BoxError) {
        let outcome: ToolOutcome
        do {
            outcome = try await runner.run(BoxTools.check(disk))
        } catch {
            // it speaks of every cluster that is not right
            throw error.code == .tooMuchOutput ? .damaged(attempt) : .tool(error, attempt)
        }
        switch outcome.status {
        case 0, 3: return  // 3: clusters that nothing refers to, which do no harm (qemu-img(1))
        case 2: throw .damaged(attempt)
        case BoxTools.notFound:
            throw .tool(ToolError(.missing, tool: BoxTools.checker, "'\(BoxTools.checker)' is not installed"), attempt)
        default: throw BoxError(.invalid, "\(attempt): QEMU can't read the image: \(outcome.complaint)")
        }
    }
}

extension BoxError {
    fileprivate static func damaged(_ attempt: String) -> BoxError {
        BoxError(.invalid, "\(attempt): the image is damaged or incomplete", help: "get it again, and completely")
    }
}
