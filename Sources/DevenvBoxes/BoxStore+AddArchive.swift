import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension BoxStore {
    /// Prepares what an archive turns out to hold, in a staging directory of this process's own: a tree, or a Vagrant box. Of a
    /// box nothing is run: its Vagrantfile is a program.
    func prepare(
        archive source: FilePath, _ compression: Compression?, _ naming: Naming, in staging: FilePath,
        _ notice: @Sendable (String) -> Void
    ) async throws(BoxError) -> Prepared {
        let archive = ArchiveSource(path: source, compression: compression, attempt: naming.attempt)
        let content = try await examine(archive, in: staging)
        return try await prepare(content, of: source, naming, in: staging, notice)
    }

    /// Reads an archive to its end; the files of a box are written meanwhile.
    func examine(_ archive: ArchiveSource, in staging: FilePath) async throws(BoxError) -> ArchiveContent {
        let members = Self.members(in: staging)
        try BoxError.wrap { () throws(HostError) in try HostFiles.makeDirectory(members) }
        let examination = ArchiveExamination(
            store: self, directory: members, room: HostFiles.room(in: staging) ?? .max, attempt: archive.attempt,
            willTake: { archive.arrival?.passThrough() })
        let content = try await archive.read { stream in
            do throws(BoxError) { return .success(try await examination.examine(stream)) } catch {
                return .failure(error)
            }
        }
        FaultPoint.reach("boxes.add.examined")
        return content
    }

    /// Where the files of an archive are while it is looked into.
    static func members(in staging: FilePath) -> FilePath { staging.appending("members") }

    /// Prepares what an archive was found to hold.
    func prepare(
        _ content: ArchiveContent, of source: FilePath, _ naming: Naming, in staging: FilePath,
        _ notice: @Sendable (String) -> Void
    ) async throws(BoxError) -> Prepared {
        switch content {
        case .tree:
            try BoxError.wrap { () throws(HostError) in try HostFiles.remove(Self.members(in: staging)) }
            return try await prepare(tree: source, naming, in: staging)
        case .vagrantBox(let box):
            if !box.settings.ignored.isEmpty {
                notice(
                    "its Vagrantfile is a program and was not run; these settings of it are not used: "
                        + box.settings.ignored.prefix(8).joined(separator: ", "))
            }
            return try await prepare(box, naming.completed(by: box), in: staging)
        }
    }

    /// Prepares a box whose files lie in the staging directory, and are moved.
    func prepare(_ box: VagrantBox, _ naming: Naming, in staging: FilePath) async throws(BoxError) -> Prepared {
        let image = try makeImage(in: staging)
        FaultPoint.reach("boxes.add.begun")
        if box.metadata.provider != "virtualbox", box.files.count == 1 {
            try BoxError.wrap { () throws(HostError) in try HostFiles.rename(box.files[0].path, to: image.disk) }
            FaultPoint.reach("boxes.add.copied")
            return try await prepare(image, box.files[0].digest, naming)
        }
        let names = box.files.indices.map { box.name(ofFile: $0) }
        let record = ImageRecord(box, names, naming, try capacity(of: box, naming.attempt))
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.makeDirectory(image.content(record)[0].removingLastComponent(), mode: .passable)
            for (file, target) in zip(box.files, image.content(record)) { try HostFiles.rename(file.path, to: target) }
            try AtomicFile.write(box.manifest(names).bytes, to: image.manifest)
        }
        FaultPoint.reach("boxes.add.copied")
        if record.format == .qcow2 {
            for disk in image.content(record) { try await inspect(disk, naming.attempt) }
        }
        return try finish(image, record, naming)
    }

    /// What a machine sees of all disks; every image that QEMU would read stands for itself.
    private func capacity(of box: VagrantBox, _ attempt: String) throws(BoxError) -> Int64? {
        guard box.metadata.provider != "virtualbox" else {
            return try MachineDescription(reading: box.files[0].path, attempt).capacity
        }
        var sum: Int64 = 0
        for disk in box.files {
            let (total, isTooMuch) = sum.addingReportingOverflow(
                try DiskIntake.header(of: disk.path, attempt).virtualSize)
            sum = isTooMuch ? .max : total
        }
        return sum
    }
}

extension VagrantBox {
    /// What a file is called in the image: of disk images only their order matters, whereas a description names its files.
    func name(ofFile index: Int) -> String {
        if metadata.provider == "virtualbox" { return files[index].name }
        return index == 0 ? "disk.qcow2" : "disk-\(index + 1).qcow2"
    }

    /// What the image consists of.
    func manifest(_ names: [String]) -> FileManifest {
        FileManifest(
            files: zip(names, files).map { FileManifest.File(name: $0, digest: $1.digest, size: $1.size) })
    }
}

extension ImageRecord {
    fileprivate init(_ box: VagrantBox, _ names: [String], _ naming: BoxStore.Naming, _ virtualBytes: Int64?) {
        let manifest = box.manifest(names)
        self.init(
            digest: manifest.digest, format: box.metadata.provider == "virtualbox" ? .ovf : .qcow2,
            user: naming.user ?? "vagrant", loginKey: naming.loginKey?.digest, version: naming.version,
            architecture: naming.architecture, files: names, baseMAC: naming.baseMAC, defaults: naming.defaults,
            bytes: manifest.size,
            virtualBytes: virtualBytes)
    }
}

extension BoxStore.Naming {
    /// What is not said otherwise is as the box says, or as in every box of Vagrant.
    fileprivate func completed(by box: VagrantBox) -> BoxStore.Naming {
        var naming = self
        naming.user = user ?? box.metadata.user ?? box.settings.user ?? "vagrant"
        naming.loginKey = loginKey ?? box.metadata.loginKey ?? (box.metadata.hasKnownKey ? .vagrant : nil)
        naming.architecture = architecture ?? box.metadata.architecture
        naming.baseMAC = box.settings.baseMAC
        naming.defaults = box.settings.defaults.isEmpty ? nil : box.settings.defaults
        naming.info = box.info
        return naming
    }
}

extension FilePermissions {
    /// A directory that anybody may pass through and only its owner may list.
    static let passable: FilePermissions = [.ownerReadWriteExecute, .groupExecute, .otherExecute]
}
