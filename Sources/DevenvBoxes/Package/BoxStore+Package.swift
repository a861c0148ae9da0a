import DevenvCrypto
import DevenvHost
package import DevenvPluginAPI
package import SystemPackage

extension BoxStore {
    /// A machine that becomes a box.
    package struct PackagedMachine: Hashable, Sendable {
        /// What it was made from; the new box is of the same kind and is logged in to in the same way.
        package let box: BoxImage
        /// Directories whose content is left out: what is synced into it.
        package let leftOut: [String]
        /// Whether everything else stays in, its keys and logs too.
        package let keepsIdentity: Bool

        /// Describes it.
        package init(box: BoxImage, leftOut: [String] = [], keepsIdentity: Bool = false) {
            self.box = box
            self.leftOut = leftOut
            self.keepsIdentity = keepsIdentity
        }
    }

    /// Throws `.taken` where a packaged machine could not get this name, before anything is done for it.
    package func checkPackaging(as naming: Naming, _ format: BoxImage.Format) throws(BoxError) {
        try naming.check()
        if format == .directories { try Self.checkPrivileges(naming.attempt) }
        guard !naming.replacing, let entries = try nameFile(naming.name)?.images else { return }
        let rival = entries.first { $0.format == format && (naming.version == nil || $0.version == naming.version) }
        if let rival { throw .taken(naming, format, version: rival.version) }
    }

    /// Makes a box of a machine, whose disks `export` copies into a directory. What is the machine's own is taken out of the
    /// copy, and it is looked whether it is gone. An end at any moment leaves nothing that is trusted. `notice` gets what the
    /// user should know of what stays in.
    package func package(
        _ machine: PackagedMachine, as naming: Naming, notice: @escaping @Sendable (String) -> Void = { _ in },
        export: @Sendable (FilePath) async throws(BoxError) -> ExportedMachine
    ) async throws(BoxError) -> BoxRecord {
        try checkPackaging(as: naming, machine.box.format)
        let naming = try naming.completed(by: machine.box, originOf: self)
        return try await withStaging(naming.attempt) { staging throws(BoxError) in
            let scratch = staging.appending("export")
            try BoxError.wrap { () throws(HostError) in
                try HostFiles.makeDirectory(scratch, mode: .ownerReadWriteExecute)
            }
            let exported = try await export(scratch)
            FaultPoint.reach("boxes.package.exported")
            if Task.isCancelled { throw BoxError(.cancelled, "\(naming.attempt): interrupted") }
            switch exported {
            case .tree(let archive):
                return try await publish(try await prepare(archive, of: machine, naming, in: staging, notice))
            case .disks(let disks, let others):
                if others > 0 { notice("left out of the box: the disks beside those of its own box (\(others))") }
                return try await publish(try await prepare(disks, of: machine, naming, in: staging, notice))
            }
        }
    }

    private func prepare(
        _ archive: FilePath, of machine: PackagedMachine, _ naming: Naming, in staging: FilePath,
        _ notice: (String) -> Void
    ) async throws(BoxError) -> Prepared {
        let image = try makeImage(in: staging)
        try BoxError.wrap { () throws(HostError) in try HostFiles.makeDirectory(image.tree) }
        try await run(BoxTools.unpack(archive, into: image.tree), naming.attempt, writingTo: image.tree)
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(archive) }
        FaultPoint.reach("boxes.package.unpacked")
        if !machine.keepsIdentity {
            let removal = IdentityRemoval(leftOut: machine.leftOut, attempt: naming.attempt)
            tell(try await removal.apply(to: DirectoryTree(root: image.tree)), notice)
        }
        FaultPoint.reach("boxes.package.cleaned")
        let record = try await describe(image, naming)
        try await run(BoxTools.flush(image.root), naming.attempt, writingTo: image.root)
        return Prepared(image: image, record: record, naming: naming)
    }

    private func prepare(
        _ disks: [FilePath], of machine: PackagedMachine, _ naming: Naming, in staging: FilePath,
        _ notice: (String) -> Void
    ) async throws(BoxError) -> Prepared {
        let scratch = staging.appending("export")
        if !machine.keepsIdentity {
            let cleaning = DiskCleaning(runner: runner, scratch: scratch, attempt: naming.attempt)
            let result = try await cleaning.clean(disks) { tree throws(BoxError) in
                var removal = IdentityRemoval(leftOut: machine.leftOut, attempt: naming.attempt)
                if let key = naming.loginKey {
                    removal.fixed = try await KnownKeyFiles(
                        key: key, user: machine.box.user, runner: runner, scratch: scratch, attempt: naming.attempt
                    ).files(for: tree)
                }
                return removal
            }
            tell(result, notice)
        }
        FaultPoint.reach("boxes.package.cleaned")
        if machine.box.format == .ovf { return try await prepare(disks, describedBy: machine.box, naming, in: staging) }
        var images: [FilePath] = []
        for (index, disk) in disks.enumerated() {
            let image = staging.appending(index == 0 ? "disk.qcow2" : "disk-\(index + 1).qcow2")
            try await run(DiskTools.compress(disk, to: image), naming.attempt, writingTo: staging)
            try BoxError.wrap { () throws(HostError) in try HostFiles.remove(disk) }
            images.append(image)
        }
        FaultPoint.reach("boxes.package.imaged")
        if let image = images.first, images.count == 1 { return try await prepare(disk: image, naming, in: staging) }
        return try await prepare(images, naming, in: staging, notice)
    }

    /// Of several disks a box is made as Vagrant has it, and that is added.
    private func prepare(
        _ images: [FilePath], _ naming: Naming, in staging: FilePath, _ notice: (String) -> Void
    ) async throws(BoxError) -> Prepared {
        let names = images.compactMap { $0.lastComponent?.string }
        let disks = names.map { "{\"path\":\"\($0)\"}" }.joined(separator: ",")
        let text = "{\"provider\":\"libvirt\",\"disks\":[\(disks)],\"devenv\":{\"knownKey\":false}}"
        try BoxError.wrap { () throws(HostError) in
            try AtomicFile.write(Array(text.utf8), to: staging.appending("metadata.json"), durable: false)
        }
        let box = staging.appending("machine.box")
        let pack = ToolInvocation(
            "tar",
            ["--create", "--file", box.string, "--directory", staging.string, "--force-local", "metadata.json"] + names,
            timeout: .seconds(3600), endsWithCaller: true)
        try await run(pack, naming.attempt, writingTo: staging)
        for image in images { try BoxError.wrap { () throws(HostError) in try HostFiles.remove(image) } }
        return try await prepare(archive: box, nil, naming, in: staging) { _ in }
    }

    private func tell(_ result: IdentityRemoval.Result, _ notice: (String) -> Void) {
        guard !result.privateKeys.isEmpty else { return }
        notice(
            "private keys of users stay in the box, for everybody who gets it: "
                + result.privateKeys.prefix(8).joined(separator: ", "))
    }
}

extension BoxStore.Naming {
    /// What is not said otherwise is as it was with what the machine was made from.
    fileprivate func completed(by box: BoxImage, originOf store: BoxStore) throws(BoxError) -> BoxStore.Naming {
        var naming = self
        naming.user = user ?? box.user
        naming.baseMAC = box.baseMAC
        naming.defaults = box.defaults
        if let digest = ImageDigest(parsing: box.digest), box.format != .directories {
            let entry = try? store.entries(of: box.name).first { $0.digest == digest }  // else as the image says
            naming.architecture = architecture ?? entry?.architecture
            if naming.architecture == nil { naming.architecture = try store.imageRecord(digest)?.record.architecture }
        }
        if case .knownKey(let path) = box.introduction { naming.loginKey = try LoginKey(reading: path) }
        return naming
    }
}
