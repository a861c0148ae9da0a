import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import Glibc
package import SystemPackage

extension BoxStore {
    /// An image in a staging directory that is whole and has no place in the store yet.
    struct Prepared: Sendable {
        let image: ImageLayout
        let record: ImageRecord
        var naming: Naming
    }

    /// Adds what a path holds under a name: a directory or an archive with the root of a file system (tar, plain or
    /// compressed), a disk image (qcow2), or a Vagrant box for libvirt or VirtualBox. Only root may add a tree.
    ///
    /// Adding what the store has already gives the same image again; where that is known beforehand, because the same file was
    /// added before or by what is expected, nothing is read or written. What is not what is expected is an error `.invalid`. A
    /// name that stands for another image of the same version, format and processor is an error `.taken` unless
    /// `naming.replacing`; machines made from that image keep it. An end at any moment leaves nothing that is trusted.
    ///
    /// Of several processes that add the same file at once, one does it and the others wait, and take its image. `notice` gets
    /// a line of text about such a wait, and about what of a box is not used.
    package func add(
        _ source: FilePath, as naming: Naming, expecting expectation: Expectation = Expectation(),
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(BoxError) -> BoxRecord {
        try naming.check()
        if let record = try await adopt(expectation, as: naming) { return record }
        let kind = try SourceKind(of: source, naming.attempt)
        guard let stamp = FileStamp(of: source) else {
            return try await withStaging(naming.attempt) { staging throws(BoxError) in
                try expectation.checkDirectory(naming.attempt)
                return try await publish(try await prepare(tree: source, naming, in: staging), expectation)
            }
        }
        var naming = naming
        naming.stamp = stamp
        return try await alone(with: stamp.text, adding: naming.name, naming.attempt, notice) { () throws(BoxError) in
            if let record = try await adopt(stamp, expectation, as: naming) { return record }
            return try await withStaging(naming.attempt) { staging throws(BoxError) in
                try await add(file: source, kind, naming, expectation, in: staging, notice)
            }
        }
    }

    /// Adds a file; its checksum is computed meanwhile. It must stay as it is until then.
    private func add(
        file source: FilePath, _ kind: SourceKind, _ naming: Naming, _ expectation: Expectation, in staging: FilePath,
        _ notice: @Sendable (String) -> Void
    ) async throws(BoxError) -> BoxRecord {
        let check = SourceCheck(source: source, kind: kind, checksum: expectation.checksum, attempt: naming.attempt)
        async let verdict = check.verdict()
        var prepared: Prepared
        do throws(BoxError) {
            prepared = try await prepare(source, kind, naming, in: staging, notice)
        } catch {
            // of a file that is not the expected one nothing else is worth telling
            if error.code == .invalid { try await verdict.get() }
            throw error
        }
        try await verdict.get()
        try check.compare(prepared.record.digest)
        guard FileStamp(of: source) == naming.stamp else {
            throw BoxError(
                .invalid, "\(naming.attempt): it was changed while it was read", help: "try again when it is complete")
        }
        FaultPoint.reach("boxes.add.checked")
        prepared = Prepared(
            image: prepared.image, record: prepared.record, naming: prepared.naming.verified(by: expectation.checksum))
        return try await publish(prepared, expectation)
    }

    private func prepare(
        _ source: FilePath, _ kind: SourceKind, _ naming: Naming, in staging: FilePath,
        _ notice: @Sendable (String) -> Void
    ) async throws(BoxError) -> Prepared {
        switch kind {
        case .directory: try await prepare(tree: source, naming, in: staging)
        case .archive(let compression): try await prepare(archive: source, compression, naming, in: staging, notice)
        case .disk: try await prepare(disk: source, naming, in: staging)
        }
    }

    func publish(_ prepared: Prepared, _ expectation: Expectation) async throws(BoxError) -> BoxRecord {
        if let expected = expectation.image, expected != prepared.record.digest {
            throw BoxError(
                .invalid,
                "\(prepared.naming.attempt): it holds the image \(prepared.record.digest), and \(expected) is expected",
                help: "it is not what was published or locked: get it again, from where it was first found")
        }
        return try await publish(prepared)
    }

    /// Gives an image its place and its name. Of two processes with the same image, the first one's is taken.
    func publish(_ prepared: Prepared) async throws(BoxError) -> BoxRecord {
        let (image, record, naming) = (prepared.image, prepared.record, prepared.naming)
        return try await exclusively(naming.attempt) { () throws(BoxError) in
            let entry = NameEntry(record, naming)
            try checkFree(naming, for: entry)
            let target = layout.image(record.digest)
            if HostFiles.exists(target.record) {
                if naming.replacing { try repair(target, with: image, record, naming.attempt) }
                try naming.loginKey?.write(into: target)
            } else {
                try settleLayers(of: record, from: image, replacing: naming.replacing, naming.attempt)
                try BoxError.wrap { () throws(HostError) in
                    try HostFiles.rename(image.root, to: target.root)
                    try Self.flush(layout.images)
                }
            }
            FaultPoint.reach("boxes.add.published")
            return try name(entry, naming)
        }
    }

    /// Makes a name stand for an image that is there. Only under the store's lock.
    func name(_ entry: NameEntry, _ naming: Naming) throws(BoxError) -> BoxRecord {
        var file = try nameFile(naming.name) ?? NameFile()
        file.put(entry)
        try write(file, to: layout.nameFile(naming.name))
        FaultPoint.reach("boxes.add.named")
        try collect()
        return try self.record(of: entry, named: naming.name)
    }

    /// Puts content that was just verified in the place of an image's own, which may be damaged.
    private func repair(
        _ target: ImageLayout, with image: ImageLayout, _ record: ImageRecord, _ attempt: String
    ) throws(BoxError) {
        try settleLayers(of: record, from: image, replacing: true, attempt)
        // what can't be read is put right, too
        var known = (try? decodeImage(target)) ?? record
        known.looks = nil
        try write(known, to: target.record)
        try BoxError.wrap { () throws(HostError) in
            let descriptions = [(image.manifest, target.manifest), (image.configuration, target.configuration)]
            let files = descriptions + zip(image.content(record), target.content(record))
            for (fresh, old) in files where HostFiles.exists(fresh) {
                // a directory can't be put in the place of another in one step
                if HostFiles.isDirectory(old) { try Staging.discard(old, in: layout) }
                FaultPoint.reach("boxes.add.displaced")
                try HostFiles.rename(fresh, to: old)
            }
        }
        guard let looks = target.looks(known) else { return }
        known.looks = looks
        try write(known, to: target.record)
    }

    /// Throws `.taken` where a name stands for something in a format, and must not lose it.
    func checkFree(_ naming: Naming, _ format: BoxImage.Format) throws(BoxError) {
        let others = try nameFile(naming.name)?.images.filter { $0.format == format && !naming.mayReplace($0) } ?? []
        guard !others.isEmpty else { return }
        throw .taken(naming, format, version: nil)
    }

    /// Throws `.taken` where a name stands for another image in the place of this one.
    func checkFree(_ naming: Naming, for entry: NameEntry) throws(BoxError) {
        guard let rival = try nameFile(naming.name)?.rival(of: entry), !naming.mayReplace(rival) else { return }
        if rival.digest != entry.digest { throw .taken(naming, entry.format, version: rival.version) }
    }

    /// Makes a rename in a directory outlive a power cut.
    private static func flush(_ directory: FilePath) throws(HostError) {
        try HostError.wrap("writing", directory) {
            let file = try FileDescriptor.open(directory, .readOnly, options: [.directory, .closeOnExec])
            try file.closeAfter { guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) } }
        }
    }
}

extension BoxStore.Naming {
    /// Whether another image may lose its place under the name.
    fileprivate func mayReplace(_ entry: NameEntry) -> Bool { replacing || replacesOwn && entry.source == source }

    /// With what its file turned out to be.
    fileprivate func verified(by checksum: Checksum?) -> BoxStore.Naming {
        var naming = self
        naming.checksum = checksum ?? self.checksum
        return naming
    }
}

extension NameEntry {
    /// The entry of an image that has just come.
    init(_ record: ImageRecord, _ naming: BoxStore.Naming) {
        self.init(
            format: record.format, digest: record.digest, version: naming.version ?? record.version,
            architecture: naming.architecture ?? record.architecture, user: naming.user ?? record.user,
            loginKey: naming.loginKey?.digest, baseMAC: naming.baseMAC ?? record.baseMAC,
            defaults: naming.defaults ?? record.defaults, info: naming.info,
            catalog: naming.catalog, checksum: naming.checksum, stamp: naming.stamp, created: time(nil),
            source: naming.source)
    }
}

extension BoxError {
    static func taken(_ naming: BoxStore.Naming, _ format: BoxImage.Format, version: String?) -> BoxError {
        let version = version.map { " in version \($0)" } ?? ""
        return BoxError(
            .taken, "\(naming.attempt): the name stands for another \(format.noun)\(version) already",
            help: "give it another name or version, or replace it with --force; machines made from it keep it")
    }
}
