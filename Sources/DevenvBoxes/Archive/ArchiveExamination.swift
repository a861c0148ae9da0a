import DevenvHost
import SystemPackage

/// Finds out what an archive holds while it is read once: the root of a file system, or a Vagrant box, whose disk image is
/// written to a file on the way.
struct ArchiveExamination: Sendable {
    /// What an archive holds.
    enum Content: Hashable, Sendable {
        /// A root file system, as far as was looked.
        case tree
        /// A Vagrant box; its disk image is in the file now.
        case vagrantBox(VagrantMetadata, ImageDigest)
    }

    /// Metadata are a few lines.
    private static let metadataLimit: Int64 = 1 << 20
    /// What stands at the root of a file system (file-hierarchy(7)) and in no box.
    private static let rootDirectories: Set<Substring> = [
        "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "proc", "root",
        "run", "sbin", "srv", "sys", "tmp", "usr", "var",
    ]

    /// What takes a disk image in.
    let intake: DiskIntake
    let attempt: String

    /// Reads an archive, as far as needed for a tree and to its end for a box.
    func examine(_ stream: ByteStream) async throws(BoxError) -> Content {
        var tar = TarReader(stream, attempt)
        var metadata: VagrantMetadata?
        var disk: (name: String, digest: ImageDigest)?
        while let member = try await tar.next() {
            let name = Self.path(member.name)
            if Self.isOfTree(member, name) { return .tree }
            guard member.kind == .file else { continue }
            if name == "metadata.json", member.length <= Self.metadataLimit {
                metadata = VagrantMetadata(try await tar.read(Int(member.length)))
                if let metadata { try check(metadata) }
            } else if metadata.map({ $0.disks.map(Self.path).contains(name) }) ?? true {
                guard let digest = try await take(member, from: &tar, isFirst: disk == nil) else { continue }
                disk = (name, digest)
            }
        }
        try await tar.drain()
        return try conclude(metadata, disk)
    }

    /// Writes a member to the file; nil where it is no disk image.
    private func take(_ member: TarReader.Member, from tar: inout TarReader, isFirst: Bool) async throws(BoxError)
        -> ImageDigest?
    {
        var piece = try await tar.read(DiskSink.piece)
        guard piece.starts(with: QCOW2Header.magic) else { return nil }
        guard isFirst else { throw .severalDisks(attempt) }
        return try await intake.receive { sink throws(BoxError) in
            while !piece.isEmpty {
                if Task.isCancelled { throw BoxError(.cancelled, "\(attempt): interrupted") }
                try BoxError.wrap { () throws(HostError) in try sink.write(piece) }
                piece = try await tar.read(DiskSink.piece)
            }
        }
    }

    private func check(_ metadata: VagrantMetadata) throws(BoxError) {
        guard metadata.provider == "libvirt" else {
            throw BoxError(
                .invalid, "\(attempt): it is a Vagrant box for the provider '\(metadata.provider)'",
                help: "get the one for libvirt, or convert its disk with 'qemu-img convert -O qcow2 DISK NEW.qcow2'")
        }
        guard metadata.disks.count == 1 else { throw .severalDisks(attempt) }
        guard metadata.format ?? "qcow2" == "qcow2" else {
            throw BoxError(
                .invalid, "\(attempt): its disk image is in the format '\(metadata.format ?? "")'",
                help: "unpack it, convert the image with 'qemu-img convert -O qcow2 DISK NEW.qcow2', and add that one")
        }
    }

    private func conclude(
        _ metadata: VagrantMetadata?, _ disk: (name: String, digest: ImageDigest)?
    ) throws(BoxError) -> Content {
        guard let metadata else {
            guard let disk else { return .tree }
            throw BoxError(
                .invalid, "\(attempt): it holds a disk image, '\(disk.name)', but no metadata.json of a Vagrant box",
                help: "unpack it and add the disk image itself")
        }
        guard let disk, metadata.disks.map(Self.path) == [disk.name] else {
            throw BoxError(
                .invalid,
                "\(attempt): the disk image '\(metadata.disks.joined())' of the Vagrant box is not in it, or is no qcow2 image",
                help: "get it again, and completely")
        }
        return .vagrantBox(metadata, disk.digest)
    }

    /// Whether a member tells that the archive holds the root of a file system.
    private static func isOfTree(_ member: TarReader.Member, _ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard let first = parts.first, rootDirectories.contains(first) else { return false }
        return parts.count > 1 || member.kind != .file
    }

    /// A name without `./` before it.
    private static func path(_ name: String) -> String {
        name.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }
}

extension BoxError {
    fileprivate static func severalDisks(_ attempt: String) -> BoxError {
        BoxError(
            .invalid, "\(attempt): it has several disk images, and a box has one",
            help: "unpack it, add the first disk image, and give machines the others as disks of their own")
    }
}
