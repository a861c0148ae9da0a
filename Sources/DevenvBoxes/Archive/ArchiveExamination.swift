import DevenvHost
import DevenvModel
import SystemPackage

/// Finds out what an archive holds while it is read once, to its end: the root of a file system, or a Vagrant box, whose files are
/// written into a directory on the way, under names of ours.
///
/// What no honest archive has is refused as soon as it is seen: names that lead out of it or hide something, contents that claim
/// to be larger than what is free.
struct ArchiveExamination: Sendable {
    /// Metadata are a few lines.
    private static let metadataLimit: Int64 = 1 << 20
    /// Machines don't have as many disks.
    private static let fileLimit = 32
    /// What stands at the root of a file system (file-hierarchy(7)) and in no box.
    private static let rootDirectories: Set<Substring> = [
        "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "proc", "root",
        "run", "sbin", "srv", "sys", "tmp", "usr", "var",
    ]

    let store: BoxStore
    /// Where files of a box go.
    let directory: FilePath
    /// How many bytes are free there.
    let room: Int64
    let attempt: String
    /// Called when a file of a box is about to be written: the archive will hardly be read a second time.
    var willTake: @Sendable () -> Void = {}

    /// What has been seen so far.
    private struct Findings {
        var isTree = false
        var metadata: VagrantMetadata?
        var info: [String: String]?
        var vagrantfile: [UInt8] = []
        var files: [VagrantBox.File] = []
        /// How many bytes all members have in the archive.
        var stored: Int64 = 0
        /// What a tree may have and a box may not.
        var objection: String?
        var once: Set<String> = []
    }

    /// Reads an archive.
    func examine(_ stream: ByteStream) async throws(BoxError) -> ArchiveContent {
        var tar = TarReader(stream, attempt)
        var findings = Findings()
        while let member = try await tar.next() {
            let name = Self.path(member.name)
            try check(member, name, &findings)
            findings.isTree = findings.isTree || Self.isOfTree(member, name)
            guard !findings.isTree, member.kind == .file else { continue }
            try await read(member, name, from: &tar, &findings)
        }
        try await tar.drain()
        return try conclude(findings)
    }

    private func read(
        _ member: TarReader.Member, _ name: String, from tar: inout TarReader, _ findings: inout Findings
    ) async throws(BoxError) {
        switch name {
        case "metadata.json" where member.length <= Self.metadataLimit && findings.metadata == nil:
            findings.metadata = VagrantMetadata(try await tar.read(Int(member.length)))
            if let metadata = findings.metadata { try check(metadata) }
        case "info.json" where member.length <= Self.metadataLimit:
            findings.info = BoxInformation.read(try await tar.read(Int(member.length)))
        case "Vagrantfile" where member.length <= Self.metadataLimit:
            findings.vagrantfile = try await tar.read(Int(member.length))
        default:
            guard findings.files.count < Self.fileLimit, isOfInterest(name, findings.metadata) else { return }
            if let file = try await take(member, name, from: &tar, findings) { findings.files.append(file) }
        }
    }

    /// Whether a member may be one of a box's files, by what is known of the box so far.
    private func isOfInterest(_ name: String, _ metadata: VagrantMetadata?) -> Bool {
        switch metadata?.provider {
        case nil: true
        case "virtualbox": FileName.isPlain(name)
        default: metadata.map { $0.disks.map(Self.path).contains(name) } ?? true
        }
    }

    /// Writes a member to a file; nil where it is none of a box's.
    private func take(
        _ member: TarReader.Member, _ name: String, from tar: inout TarReader, _ findings: Findings
    ) async throws(BoxError) -> VagrantBox.File? {
        var piece = try await tar.read(DiskSink.piece)
        let isDisk = piece.starts(with: QCOW2Header.magic) && findings.metadata?.provider != "virtualbox"
        guard isDisk || FileName.isPlain(name) && MachineDescription.mayBelong(name) else { return nil }
        willTake()
        let path = directory.appending("\(findings.files.count)")
        let digest = try await DiskIntake(store: store, target: path, attempt: attempt).receive {
            sink throws(BoxError) in
            while !piece.isEmpty {
                if Task.isCancelled { throw BoxError(.cancelled, "\(attempt): interrupted") }
                try BoxError.wrap { () throws(HostError) in try sink.write(piece) }
                FaultPoint.reach("boxes.intake.piece")
                piece = try await tar.read(DiskSink.piece)
            }
        }
        return VagrantBox.File(name: name, path: path, digest: digest, size: member.length)
    }

    /// A name without `./` before it.
    private static func path(_ name: String) -> String {
        name.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// Whether a member tells that the archive holds the root of a file system.
    private static func isOfTree(_ member: TarReader.Member, _ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard let first = parts.first, rootDirectories.contains(first) else { return false }
        return parts.count > 1 || member.kind != .file
    }
}

// What is refused.
extension ArchiveExamination {
    private func check(_ member: TarReader.Member, _ name: String, _ findings: inout Findings) throws(BoxError) {
        let shown = ManifestWord(escaping: member.name.utf8).text
        guard !member.name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) else {
            throw hostile("a name in it has a line break or another control character in it: '\(shown)'")
        }
        guard !Self.leadsOut(member.name) else { throw hostile("a name in it leads out of it: '\(shown)'") }
        findings.stored += member.stored
        guard findings.stored <= room else { throw .tooLarge(attempt, findings.stored, room) }
        switch member.kind {
        case .file where ["metadata.json", "box.ovf"].contains(name) && !findings.once.insert(name).inserted:
            findings.objection = findings.objection ?? "'\(name)' is in it twice"
        case .hardLink(let target):
            guard !Self.leadsOut(target) else { throw hostile("'\(shown)' in it is a link that leads out of it") }
            findings.objection = findings.objection ?? "'\(shown)' in it is a link"
        case .symbolicLink: findings.objection = findings.objection ?? "'\(shown)' in it is a link"
        case .special: findings.objection = findings.objection ?? "'\(shown)' in it is a device or a pipe"
        case .file, .directory, .other: break
        }
    }

    /// Whether a name is not that of something below the place where the archive is unpacked.
    private static func leadsOut(_ name: String) -> Bool {
        name.hasPrefix("/") || name.split(separator: "/").contains("..")
    }

    private func hostile(_ complaint: String) -> BoxError {
        BoxError(
            .invalid, "\(attempt): \(complaint)",
            help: "nothing of it was unpacked; have it made again, as 'tar -C DIRECTORY -cf NEW.tar .' does")
    }

    private func check(_ metadata: VagrantMetadata) throws(BoxError) {
        switch metadata.provider {
        case "virtualbox": return
        case "libvirt": break
        default:
            throw BoxError(
                .invalid, "\(attempt): it is a Vagrant box for the provider '\(metadata.provider)'",
                help: "get the one for libvirt, or convert its disk with 'qemu-img convert -O qcow2 DISK NEW.qcow2'")
        }
        guard metadata.format ?? "qcow2" == "qcow2" else {
            throw BoxError(
                .invalid, "\(attempt): its disk image is in the format '\(metadata.format ?? "")'",
                help: "unpack it, convert the image with 'qemu-img convert -O qcow2 DISK NEW.qcow2', and add that one")
        }
    }

    private func conclude(_ findings: Findings) throws(BoxError) -> ArchiveContent {
        if findings.isTree { return .tree }
        let description = findings.files.first { $0.name == "box.ovf" }
        let metadata = findings.metadata ?? (description == nil ? nil : .firstOfVirtualBox)
        guard let metadata else {
            guard let file = findings.files.first else { return .tree }
            throw BoxError(
                .invalid, "\(attempt): it holds a disk image, '\(file.name)', but no metadata.json of a Vagrant box",
                help: "unpack it and add the disk image itself")
        }
        if let objection = findings.objection {
            throw BoxError(.invalid, "\(attempt): \(objection), which no Vagrant box needs", help: "get it elsewhere")
        }
        let files =
            metadata.provider == "virtualbox"
            ? try machine(description, findings.files) : try disks(metadata, findings.files)
        return .vagrantBox(
            VagrantBox(
                metadata: metadata, files: files, info: findings.info,
                settings: VagrantfileSettings(findings.vagrantfile, of: metadata.provider)))
    }

    private func disks(_ metadata: VagrantMetadata, _ files: [VagrantBox.File]) throws(BoxError) -> [VagrantBox.File] {
        var disks: [VagrantBox.File] = []
        for disk in metadata.disks {
            let found = files.filter { $0.name == Self.path(disk) }
            guard found.count == 1, !disks.contains(found[0]) else {
                throw BoxError(
                    .invalid,
                    "\(attempt): the disk image '\(disk)' of the Vagrant box "
                        + (found.isEmpty ? "is not in it, or is no qcow2 image" : "is in it twice"),
                    help: "get it again, and completely")
            }
            disks.append(found[0])
        }
        return disks
    }

    /// The description first, then the files that it names.
    private func machine(_ description: VagrantBox.File?, _ files: [VagrantBox.File]) throws(BoxError)
        -> [VagrantBox.File]
    {
        guard let description else {
            throw BoxError(
                .invalid, "\(attempt): it is a Vagrant box for VirtualBox without a 'box.ovf'",
                help: "get it again, and completely")
        }
        let machine = try MachineDescription(reading: description.path, attempt)
        return try [description]
            + machine.files.map { name throws(BoxError) in
                let found = files.filter { $0.name == name }
                guard found.count == 1, name != description.name else {
                    throw BoxError(
                        .invalid, "\(attempt): the file '\(name)' that its box.ovf names is not in it once",
                        help: "get it again, and completely")
                }
                try MachineDescription.check(found[0], attempt)
                return found[0]
            }
    }
}

extension BoxError {
    /// What is in an archive says of itself that there is no room for it.
    fileprivate static func tooLarge(_ attempt: String, _ size: Int64, _ room: Int64) -> BoxError {
        BoxError(
            .diskFull,
            "\(attempt): no space left on the device for what is in it: it takes \(ByteCount(bytes: size)) and more, and "
                + "\(ByteCount(bytes: room)) is free",
            help: "free some space, for example with 'devenv box gc' and 'devenv box prune'")
    }
}
