import DevenvCrypto
import DevenvHost
import DevenvPluginAPI

/// The files of a catalog with a box more, before anybody sees them: what publishing comes to wherever the catalog is.
struct CatalogDraft: Sendable {
    /// What of the catalog there is so far.
    struct Files: Sendable {
        let index: SignedText?
        let listing: SignedText?
        /// The listing at a path; nil where there is none.
        let bytes: @Sendable (String) -> [UInt8]?
    }

    /// The list of boxes as it is to be, but for what it says of the box itself.
    private(set) var index: CatalogIndex
    /// The listing as it is to be.
    private(set) var listing: ListingEdit
    /// What the catalog has in the box's place; nil for nothing.
    let present: JSONValue?
    /// Whether the list as it is says something of the box's newest versions.
    let isNewestSaid: Bool

    /// Begins with what is there, which whoever signs must have signed before: nobody else's changes get a signature.
    ///
    /// Throws `.taken` where another image has the box's place, unless that may be replaced; `.untrusted` where the catalog is
    /// signed with another key than the given one.
    init(
        of catalog: String, _ files: Files, adding box: PublishedBox, _ options: PublishingOptions, _ key: PublicKey?,
        _ signer: Signer
    ) async throws(CatalogError) {
        var known = CatalogIndex()
        if let text = files.index?.text { known = try CatalogIndex(text, try text.parse()) }
        try Self.check(known, key, catalog, box.attempt)
        if let key {
            for file in [known.key == nil ? nil : files.index, files.listing] {
                try await file?.requireOwn(key, signer, box.attempt)
            }
        }
        index = CatalogIndex(
            name: known.name, key: key, url: options.url ?? known.url,
            boxes: known.boxes.merging([box.name: Self.path(of: box)]) { $1 }, handovers: known.handovers,
            newest: await Self.newest(known, files))
        listing = ListingEdit(try Self.root(files.listing?.text, box), name: box.name)
        isNewestSaid = known.newest[box.name] != nil
        present = listing.offer(box.version, box.provider, box.architecture)
        try checkFree(box, options)
    }

    /// What the list says that is still about the listings as they are: some may have been changed by hand.
    private static func newest(_ known: CatalogIndex, _ files: Files) async -> [String: JSONValue] {
        let kept = await Array(known.newest).mapInParallel { name, said in
            let bytes = known.boxes[name].flatMap(files.bytes)
            return NewestVersions.isAbout(bytes.map(NewestVersions.digest), said) ? (name, said) : nil
        }
        return Dictionary(uniqueKeysWithValues: kept.compactMap { $0 })
    }

    private static func root(_ text: CatalogText?, _ box: PublishedBox) throws(CatalogError) -> JSONValue? {
        guard let text else { return nil }
        let root = try text.parse()
        let known = try BoxListing(text, root)
        guard known.name == box.name else {
            throw text.refusal(0, "this is the catalog of '\(known.name)', not of '\(box.name)'")
        }
        return root
    }

    private static func check(
        _ index: CatalogIndex, _ key: PublicKey?, _ catalog: String, _ attempt: String
    ) throws(CatalogError) {
        if let known = index.key, known != key {
            throw CatalogError(
                .untrusted,
                "\(attempt): the catalog '\(catalog)' is signed with the key \(known.fingerprint)"
                    + (key.map { ", not with \($0.fingerprint)" } ?? ""),
                help: "name that key with --key"
                    + (key == nil ? "" : "; 'devenv catalog rekey' gives a catalog another key"))
        }
        if index.key == nil, key != nil, !index.boxes.isEmpty {
            throw CatalogError(
                .untrusted, "\(attempt): the catalog '\(catalog)' has boxes that are not signed",
                help: "begin a new catalog for signed boxes, or leave out --key")
        }
    }

    private func checkFree(_ box: PublishedBox, _ options: PublishingOptions) throws(CatalogError) {
        guard let present, !options.replacing, present["devenv"]?["digest"]?.content != .text(box.digest) else {
            return
        }
        throw CatalogError(
            .taken, "\(box.attempt): the catalog has this version already, with another image",
            help:
                "publish it as a new version with --box-version, or replace it with --force; whoever has pinned the old one "
                + "will then be refused")
    }

    /// Puts the box in its place. `path` is where its file is for devenv, where `url` is not for it.
    mutating func put(_ box: PublishedBox, url: String, path: String? = nil, checksum: Checksum? = nil, size: Int64) {
        let offer = JSONValue.object([
            ("name", .text(box.provider)), ("url", .text(url)),
            ("checksum", checksum.map { .text($0.hexadecimal) }),
            ("checksum_type", checksum.map { .text($0.algorithm.rawValue) }),
            ("architecture", box.architecture.map(JSONValue.text)),
            (
                "devenv",
                .object([
                    ("path", path.map(JSONValue.text)), ("digest", .text(box.digest)),
                    ("format", .text(box.format.rawValue)), ("size", .number(size)), ("user", .text(box.user)),
                ])
            ),
        ])
        listing.put(offer, box.version, box.provider, box.architecture)
    }

    /// The listing as it is to be, and the list of boxes, which says what is the newest in it.
    func rendered() throws(CatalogError) -> (listing: [UInt8], index: CatalogIndex) {
        let bytes = listing.root.rendered()
        let known = try BoxListing(CatalogText(name: "the new listing", bytes: bytes), listing.root)
        var index = index
        index.newest[known.name] = NewestVersions(known).json(bytes)
        return (bytes, index)
    }

    /// Makes the addresses of all files that were published here begin with another one.
    mutating func move(to base: (String) -> String) { listing.move(to: base) }

    /// Where the listing of a box is, below the catalog's own place.
    static func path(of box: PublishedBox) -> String { "boxes/\(box.name).json" }
}
