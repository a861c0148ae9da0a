import DevenvCrypto
package import DevenvHost
import DevenvModel
import DevenvPluginAPI
package import SystemPackage

/// Puts boxes into a catalog that is a directory: one for any web server, a share, or a git repository.
///
/// A reader finds, at every moment and after an end at any, a catalog that is whole: first the box's file comes to its place, under
/// a name that no other file ever has; then the signature of the new listing, beside the old one; then the listing; and the same
/// again for the list of all boxes. What an end leaves, the next publication removes.
package struct DirectoryPublisher: Sendable {
    /// The catalog.
    package let directory: FilePath
    private let signer: Signer

    /// Publishes into a directory, which is made where it is missing.
    package init(directory: FilePath, runner: any ToolRunner) {
        self.directory = directory
        signer = Signer(runner: runner)
    }

    /// What is to be true of the catalog as a whole.
    package struct Options: Hashable, Sendable {
        /// The private key to sign with; nil for a catalog that is not signed.
        package var key: FilePath?
        /// Where the catalog is served, for what Vagrant reads; nil for what it is now.
        package var url: String?
        /// Whether a box of the same name, version, provider and processor may lose its place.
        package var replacing = false

        /// Nothing but the box.
        package init() {}
    }

    /// Publishes a box. One that is there already, with the same image, is left as it is.
    ///
    /// Throws `.taken` where another image has its place, unless that may be replaced; `.untrusted` where the catalog is signed
    /// with another key than the given one.
    package func publish(
        _ box: PublishedBox, _ options: Options, progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws(CatalogError) -> Publication {
        let key = if let key = options.key { try await signer.publicKey(of: key) } else { PublicKey?.none }
        try CatalogError.wrap(box.attempt) { () throws(HostError) in
            try HostFiles.makeDirectory(directory)
            try HostFiles.makeDirectory(staging, mode: .ownerReadWriteExecute)
        }
        let lock = try await lock(box.attempt)
        defer { extendLifetime(lock) }  // not before all is in its place
        let state = try state(of: box, options, key)
        try sweep(box.attempt)
        FaultPoint.reach("catalogs.publish.begun")
        let publication = try await place(box, options, key, state, progress)
        try CatalogError.wrap(box.attempt) { () throws(HostError) in
            try removeOrphans(of: box, keeping: state.edit, publication)
        }
        return publication
    }

    /// What is there, checked.
    private struct State {
        var index: CatalogIndex
        var edit: ListingEdit
        let present: JSONValue?
    }

    private func state(of box: PublishedBox, _ options: Options, _ key: PublicKey?) throws(CatalogError) -> State {
        var index = CatalogIndex()
        if let text = try text(indexFile, box.attempt) { index = try CatalogIndex(text, try text.parse()) }
        if let known = index.key, known != key {
            throw CatalogError(
                .untrusted,
                "\(box.attempt): the catalog '\(directory)' is signed with the key \(known.fingerprint)"
                    + (key.map { ", not with \($0.fingerprint)" } ?? ""),
                help: "name that key with --key")
        }
        if index.key == nil, key != nil, !index.boxes.isEmpty {
            throw CatalogError(
                .untrusted, "\(box.attempt): the catalog '\(directory)' has boxes that are not signed",
                help: "begin a new catalog for signed boxes, or leave out --key")
        }
        let url = options.url ?? index.url
        index = CatalogIndex(
            name: index.name, key: key, url: url, boxes: index.boxes.merging([box.name: Self.path(of: box)]) { $1 })
        let listing = try text(listingFile(box), box.attempt)
        var root: JSONValue?
        if let listing {
            root = try listing.parse()
            let known = try BoxListing(listing, root ?? .object([]))
            guard known.name == box.name else {
                throw listing.refusal(0, "this is the catalog of '\(known.name)', not of '\(box.name)'")
            }
        }
        let edit = ListingEdit(root, name: box.name)
        let present = edit.offer(box.version, box.provider, box.architecture)
        try checkFree(box, present, options)
        return State(index: index, edit: edit, present: present)
    }

    private func checkFree(_ box: PublishedBox, _ present: JSONValue?, _ options: Options) throws(CatalogError) {
        guard let present, !options.replacing, present["devenv"]?["digest"]?.content != .text(box.digest) else {
            return
        }
        throw CatalogError(
            .taken, "\(box.attempt): the catalog has this version already, with another image",
            help:
                "publish it as a new version with --box-version, or replace it with --force; whoever has pinned the old one "
                + "will then be refused")
    }
}

// The steps, and where things lie.
extension DirectoryPublisher {
    private func place(
        _ box: PublishedBox, _ options: Options, _ key: PublicKey?, _ known: State,
        _ progress: @escaping @Sendable (Int64) -> Void
    ) async throws(CatalogError) -> Publication {
        var state = known
        var publication = try present(box, known, key)
        if publication == nil {
            let packed = try await pack(box, progress)
            let target = try settle(packed, box)
            state.edit.put(offer(box, packed, target, state.index), box.version, box.provider, box.architecture)
            publication = Publication(
                file: target, checksum: packed.checksum, size: packed.size, isNew: true, key: key)
        }
        guard let publication else { throw CatalogError(.failed, box.attempt) }
        let index = state.index
        state.edit.move { path in Self.url(path, index, directory) }
        try await replace(listingFile(box), state.edit.root.rendered(), options.key, box.attempt, "listing")
        try await replace(indexFile, index.rendered(), options.key, box.attempt, "index")
        return publication
    }

    /// What is there of the box, where it is the same and its file is whole.
    private func present(_ box: PublishedBox, _ state: State, _ key: PublicKey?) throws(CatalogError) -> Publication? {
        guard let own = state.present?["devenv"], own["digest"]?.content == .text(box.digest),
            case .text(let path) = own["path"]?.content, case .number(let digits) = own["size"]?.content,
            case .text(let checksum) = state.present?["checksum"]?.content, let size = Int64(digits),
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
        let metadata = staging.appending("metadata.json")
        try CatalogError.wrap(box.attempt) { () throws(HostError) in
            try AtomicFile.write(box.metadata, to: metadata, durable: false)
        }
        let isTree = box.format == .directories
        let call = isTree ? PackCall.tree(box.image) : PackCall.disk(box.image, metadata: metadata)
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

    private func offer(
        _ box: PublishedBox, _ packed: PackedFile, _ target: FilePath, _ index: CatalogIndex
    ) -> JSONValue {
        var inside = target
        _ = inside.removePrefix(directory)
        let path = Self.way(from: box) + inside.string
        return .object([
            ("name", .text(box.provider)), ("url", .text(Self.url(path, index, directory))),
            ("checksum", .text(packed.checksum.hexadecimal)), ("checksum_type", .text("sha256")),
            ("architecture", box.architecture.map(JSONValue.text)),
            (
                "devenv",
                .object([
                    ("path", .text(path)), ("digest", .text(box.digest)),
                    ("format", .text(box.format.rawValue)), ("size", .number(packed.size)), ("user", .text(box.user)),
                ])
            ),
        ])
    }

    /// Replaces a file that is signed. While it is, the signatures of both stand beside it, so that it is signed at every moment.
    private func replace(
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

    private func lock(_ attempt: String) async throws(CatalogError) -> FileLock {
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

    private func text(_ file: FilePath, _ attempt: String) throws(CatalogError) -> CatalogText? {
        try CatalogError.wrap(attempt) { () throws(HostError) in try HostFiles.read(file) }
            .map { CatalogText(name: file.string, bytes: $0) }
    }

    private static func path(of box: PublishedBox) -> String { "boxes/\(box.name).json" }

    /// The way from a box's listing to the catalog's own directory.
    private static func way(from box: PublishedBox) -> String {
        String(repeating: "../", count: path(of: box).count { $0 == "/" })
    }

    /// Where a file is for Vagrant, which knows no relative places: where the catalog is served, or where it lies.
    private static func url(_ path: String, _ index: CatalogIndex, _ directory: FilePath) -> String {
        var inside = path[...]
        while inside.hasPrefix("../") { inside = inside.dropFirst(3) }
        let base = index.url ?? "file://\(directory.string)"
        return "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/\(inside)"
    }

    private var indexFile: FilePath { directory.appending(CatalogIndex.fileName) }
    private var staging: FilePath { directory.appending(".publishing") }
    private func listingFile(_ box: PublishedBox) -> FilePath { directory.pushing(FilePath(Self.path(of: box))) }

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
