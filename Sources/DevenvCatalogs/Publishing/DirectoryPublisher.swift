import DevenvCrypto
package import DevenvHost
import DevenvModel
import DevenvPluginAPI
package import SystemPackage

/// Puts boxes into a catalog that is a directory: one for any web server, a share, or a git repository.
///
/// A reader finds, at every moment and after an end at any, a catalog that is whole: first the box's file comes to its place, under
/// a name that no other file ever has; then the signature of the new listing, beside the old one; then the listing; and the same
/// again for the list of all boxes, which until then says nothing of the box's newest versions. What an end leaves, the next
/// publication removes.
package struct DirectoryPublisher: Sendable {
    /// The catalog.
    package let directory: FilePath
    let signer: Signer

    /// Publishes into a directory, which is made where it is missing.
    package init(directory: FilePath, runner: any ToolRunner) {
        self.directory = directory
        signer = Signer(runner: runner)
    }

    /// Publishes a box. One that is there already, with the same image, is left as it is.
    ///
    /// Throws `.taken` where another image has its place, unless that may be replaced; `.untrusted` where the catalog is signed
    /// with another key than the given one.
    package func publish(
        _ box: PublishedBox, _ options: PublishingOptions, progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws(CatalogError) -> Publication {
        let key = if let key = options.key { try await signer.publicKey(of: key) } else { PublicKey?.none }
        try CatalogError.wrap(box.attempt) { () throws(HostError) in
            try HostFiles.makeDirectory(directory)
            try HostFiles.makeDirectory(staging, mode: .ownerReadWriteExecute)
        }
        let lock = try await lock(box.attempt)
        defer { extendLifetime(lock) }  // not before all is in its place
        let draft = try await draft(box, options, key)
        try sweep(box.attempt)
        FaultPoint.reach("catalogs.publish.begun")
        let publication = try await place(box, options, key, draft, progress)
        try CatalogError.wrap(box.attempt) { () throws(HostError) in
            try removeOrphans(of: box, keeping: draft.listing, publication)
        }
        return publication
    }

    /// What is there, checked, with the box's own place in it.
    private func draft(
        _ box: PublishedBox, _ options: PublishingOptions, _ key: PublicKey?
    ) async throws(CatalogError) -> CatalogDraft {
        let directory = directory
        let files = CatalogDraft.Files(
            index: try signed(indexFile, box.attempt), listing: try signed(listingFile(box), box.attempt),
            // of what can't be read nothing is said
            bytes: { path in (try? HostFiles.read(directory.pushing(FilePath(path)))).flatMap { $0 } })
        return try await CatalogDraft(of: directory.string, files, adding: box, options, key, signer)
    }

    func signed(_ file: FilePath, _ attempt: String) throws(CatalogError) -> SignedText? {
        try CatalogError.wrap(attempt) { () throws(HostError) in
            guard let bytes = try HostFiles.read(file) else { return nil }
            return SignedText(
                text: CatalogText(name: file.string, bytes: bytes),
                signature: try HostFiles.read(FilePath(file.string + ".sig")))
        }
    }
}

// The steps, and where things lie.
extension DirectoryPublisher {
    private func place(
        _ box: PublishedBox, _ options: PublishingOptions, _ key: PublicKey?, _ known: CatalogDraft,
        _ progress: @escaping @Sendable (Int64) -> Void
    ) async throws(CatalogError) -> Publication {
        var draft = known
        var publication = try present(box, known, key)
        if publication == nil {
            let packed = try await pack(box, progress)
            let target = try settle(packed, box)
            let path = path(of: target, for: box)
            draft.put(
                box, url: Self.url(path, draft.index, directory), path: path, checksum: packed.checksum,
                size: packed.size)
            publication = Publication(
                file: target, checksum: packed.checksum, size: packed.size, isNew: true, key: key)
        }
        guard let publication else { throw CatalogError(.failed, box.attempt) }
        let index = draft.index
        draft.move { path in Self.url(path, index, directory) }
        try await replace(box, draft, options.key)
        return publication
    }

    /// Replaces the listing and the list. While the listing changes the list says nothing of its newest versions, so that no
    /// reader, and none after an end at any moment, takes what it says for what is there.
    private func replace(
        _ box: PublishedBox, _ draft: CatalogDraft, _ key: FilePath?
    ) async throws(CatalogError) {
        let (listing, index) = try draft.rendered()
        let isAbout = draft.index.newest[box.name].map {
            NewestVersions.isAbout(NewestVersions.digest(of: listing), $0)
        }
        if draft.isNewestSaid, isAbout != true {
            var silent = draft.index
            silent.newest[box.name] = nil
            try await replace(indexFile, silent.rendered(), key, box.attempt, "silent")
        }
        try await replace(listingFile(box), listing, key, box.attempt, "listing")
        try await replace(indexFile, index.rendered(), key, box.attempt, "index")
    }

    /// What is there of the box, where it is the same and its file is whole.
    private func present(_ box: PublishedBox, _ draft: CatalogDraft, _ key: PublicKey?) throws(CatalogError)
        -> Publication?
    {
        guard let own = draft.present?["devenv"], own["digest"]?.content == .text(box.digest),
            case .text(let path) = own["path"]?.content, case .number(let digits) = own["size"]?.content,
            case .text(let checksum) = draft.present?["checksum"]?.content, let size = Int64(digits),
            let checksum = Checksum(.sha256, hexadecimal: checksum)
        else { return nil }
        let file = listingFile(box).removingLastComponent().pushing(FilePath(path)).lexicallyNormalized()
        guard (try? HostFiles.size(of: file)) == size else { return nil }  // it is packed again then
        return Publication(file: file, checksum: checksum, size: size, isNew: false, key: key)
    }

    private func pack(
        _ box: PublishedBox, _ progress: @escaping @Sendable (Int64) -> Void
    ) async throws(CatalogError) -> PackedFile {
        let target = staging.appending("box")
        let call = box.format == .directories ? PackCall.tree(box.image) : try box.packing(in: staging)
        return try await PackedFile.write(call, to: target, box.attempt, progress: progress)
    }

    /// Gives a packed file its place, which is its own: the name holds the beginning of its digest.
    private func settle(_ packed: PackedFile, _ box: PublishedBox) throws(CatalogError) -> FilePath {
        FaultPoint.reach("catalogs.publish.packed")
        let name = [box.provider, box.architecture, String(packed.checksum.hexadecimal.prefix(12))].compactMap { $0 }
        let folder = files(of: box).appending("\(box.folderName)\(box.version.text)")
        let target = folder.appending("\(name.joined(separator: "-")).\(box.suffix)")
        try CatalogError.wrap(box.attempt) { () throws(HostError) in
            try HostFiles.makeDirectory(folder)
            try HostFiles.rename(packed.path, to: target)
            try HostFiles.flush(directory: folder)
        }
        FaultPoint.reach("catalogs.publish.settled")
        return target
    }

    /// Where a box's file is, seen from its listing.
    private func path(of target: FilePath, for box: PublishedBox) -> String {
        var inside = target
        _ = inside.removePrefix(directory)
        return Self.way(from: box) + inside.string
    }

    /// Replaces a file that is signed. While it is, the signatures of both stand beside it, so that it is signed at every moment.
    func replace(
        _ file: FilePath, _ bytes: [UInt8], _ key: FilePath?, _ attempt: String, _ point: String
    ) async throws(CatalogError) {
        let beside = FilePath(file.string + ".sig")
        let old = try CatalogError.wrap(attempt) { () throws(HostError) in try HostFiles.read(file) }
        let signatures = try CatalogError.wrap(attempt) { () throws(HostError) in try HostFiles.read(beside) }
        if old == bytes, key == nil || signatures.map({ Signer.blocks($0).count == 1 }) == true { return }
        let signature: [UInt8]? = if let key { try await signer.sign(bytes, with: key) } else { nil }
        try CatalogError.wrap(attempt) { () throws(HostError) in
            try HostFiles.makeDirectory(file.removingLastComponent())
            if let signature { try AtomicFile.write(signature + (signatures ?? []), to: beside) }
            FaultPoint.reach("catalogs.publish.\(point)-signed")
            try AtomicFile.write(bytes, to: file)
            FaultPoint.reach("catalogs.publish.\(point)-written")
            if let signature { try AtomicFile.write(signature, to: beside) }
            FaultPoint.reach("catalogs.publish.\(point)-settled")
        }
    }

    /// Removes files of the box that its listing neither names nor named until now: what it named a moment ago somebody may be
    /// fetching. They go with the next publication.
    private func removeOrphans(
        of box: PublishedBox, keeping edit: ListingEdit, _ publication: Publication
    ) throws(HostError) {
        let base = listingFile(box).removingLastComponent()
        var kept = Set(edit.paths.map { base.pushing(FilePath($0)).lexicallyNormalized() })
        kept.insert(publication.file)
        let folder = files(of: box)
        for version in try HostFiles.list(folder) where version.hasPrefix(box.folderName) {
            for name in try HostFiles.list(folder.appending(version)) {
                let file = folder.appending(version).appending(name)
                if !kept.contains(file) { try HostFiles.remove(file) }
            }
        }
        FaultPoint.reach("catalogs.publish.cleaned")
    }

    private func sweep(_ attempt: String) throws(CatalogError) {
        try CatalogError.wrap(attempt) { () throws(HostError) in
            for name in try HostFiles.list(staging) where !name.hasPrefix("lock") {
                try HostFiles.remove(staging.appending(name))
            }
        }
    }

    func lock(_ attempt: String) async throws(CatalogError) -> FileLock {
        let file = staging.appending("lock")
        let lock: FileLock?
        do { lock = try await FileLock.awaiting(file, command: "devenv box publish", timeout: .seconds(3600)) } catch {
            throw .file(error, attempt)
        }
        if let lock { return lock }
        if Task.isCancelled { throw CatalogError(.cancelled, "\(attempt): interrupted") }
        throw CatalogError(
            .failed, "\(attempt): another process has been publishing for an hour", help: "try again later")
    }

    /// The way from a box's listing to the catalog's own directory.
    private static func way(from box: PublishedBox) -> String {
        String(repeating: "../", count: CatalogDraft.path(of: box).count { $0 == "/" })
    }

    /// Where a file is for Vagrant, which knows no relative places: where the catalog is served, or where it lies.
    private static func url(_ path: String, _ index: CatalogIndex, _ directory: FilePath) -> String {
        var inside = path[...]
        while inside.hasPrefix("../") { inside = inside.dropFirst(3) }
        let base = index.url ?? "file://\(directory.string)"
        return "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/\(inside)"
    }

    var indexFile: FilePath { directory.appending(CatalogIndex.fileName) }
    var staging: FilePath { directory.appending(".publishing") }
    private func listingFile(_ box: PublishedBox) -> FilePath {
        directory.pushing(FilePath(CatalogDraft.path(of: box)))
    }

    /// Where the folders of a box's versions are, and those of its neighbours.
    private func files(of box: PublishedBox) -> FilePath {
        directory.pushing(FilePath("files/\(box.name)")).removingLastComponent()
    }
}

extension PublishedBox {
    /// What the names of the folders of its versions begin with. No box's name holds the sign at its end, and none of the signs
    /// that Vagrant takes for those of a password.
    fileprivate var folderName: String { "\(name.split(separator: "/").last ?? "")~" }
}
