package import DevenvHost
import SystemPackage

/// Puts boxes into a catalog that is in a registry of container images.
///
/// Registries have no transactions: of what they keep only a tag ever changes. So the box comes first, then all files of the
/// catalog with the box in them, and then the tag moves from the files that these were made of to these. Who finds that it stands for
/// others by then begins anew with those.
package struct RegistryPublisher: Sendable {
    /// The catalog: `REGISTRY/NAMESPACE`.
    package let catalog: String
    let catalogs: any RegistryCatalogs
    let signer: Signer
    /// How often others may come first.
    static let attempts = 20

    /// Publishes into a catalog, which is made where it is missing.
    package init(catalog: String, catalogs: any RegistryCatalogs, runner: any ToolRunner) {
        self.catalog = catalog
        self.catalogs = catalogs
        signer = Signer(runner: runner)
    }

    /// A box that has been sent to the registry.
    package struct Sent: Hashable, Sendable {
        /// Where it is, by its digest: `oci:REGISTRY/NAME@sha256:…`.
        package let place: String
        /// How many bytes it has there.
        package let size: Int64

        /// Describes it.
        package init(place: String, size: Int64) {
            self.place = place
            self.size = size
        }
    }

    /// What came of publishing a box.
    package struct Publication: Hashable, Sendable {
        /// Where the box is.
        package let place: String
        /// How many bytes it has there.
        package let size: Int64
        /// Whether it was not in the catalog already.
        package let isNew: Bool
        /// The key that the catalog is signed with; nil for none.
        package let key: PublicKey?
    }

    /// Publishes a box. One that is there already, with the same image, is left as it is.
    ///
    /// `isThere` tells whether the registry still has a box that the catalog names, `send` sends the box. Throws what
    /// `DirectoryPublisher.publish` throws, before anything is sent.
    package func publish(
        _ box: PublishedBox, _ options: PublishingOptions,
        isThere: (String) async throws(CatalogError) -> Bool, send: () async throws(CatalogError) -> Sent
    ) async throws(CatalogError) -> Publication {
        let key = if let key = options.key { try await signer.publicKey(of: key) } else { PublicKey?.none }
        var state = try await state(of: box, options, key)
        FaultPoint.reach("catalogs.registry.begun")
        let present = state.draft.sent(box.digest)
        let isPresent = if let present { try await isThere(present.place) } else { false }
        let sent = if isPresent, let present { present } else { try await send() }
        FaultPoint.reach("catalogs.registry.sent")
        for _ in 0..<Self.attempts {
            let draft = state.draft.with(box, sent)
            if try await settle(draft, options.key, state, box) {
                return Publication(place: sent.place, size: sent.size, isNew: !isPresent, key: key)
            }
            state = try await self.state(of: box, options, key)
        }
        throw CatalogError(
            .failed, "\(box.attempt): others have published in the catalog 'oci://\(catalog)' all the time",
            help: "try again later: the box itself is in the registry already")
    }

    /// What there is, and what is to be of it.
    private struct State {
        let snapshot: CatalogSnapshot?
        let draft: CatalogDraft
    }

    private func state(
        of box: PublishedBox, _ options: PublishingOptions, _ key: PublicKey?
    ) async throws(CatalogError) -> State {
        let snapshot = try await catalogs.read(catalog)
        let files = CatalogDraft.Files(
            index: file(CatalogIndex.fileName, in: snapshot), listing: file(CatalogDraft.path(of: box), in: snapshot),
            bytes: { path in snapshot?.files[path] })
        return State(
            snapshot: snapshot,
            draft: try await CatalogDraft(of: "oci://\(catalog)", files, adding: box, options, key, signer))
    }

    func file(_ path: String, in snapshot: CatalogSnapshot?) -> SignedText? {
        guard let bytes = snapshot?.files[path] else { return nil }
        let name = RegistryFile(catalog: catalog, path: path).description
        return SignedText(text: CatalogText(name: name, bytes: bytes), signature: snapshot?.files[path + ".sig"])
    }

    /// Puts the catalog's new files in the place of the old ones. False where somebody else was faster.
    private func settle(
        _ draft: CatalogDraft, _ key: FilePath?, _ state: State, _ box: PublishedBox
    ) async throws(CatalogError) -> Bool {
        let path = CatalogDraft.path(of: box)
        let (listing, index) = try draft.rendered()
        let wanted = [CatalogIndex.fileName: index.rendered(), path: listing]
        var files = wanted
        if let key {
            for (path, bytes) in wanted { files[path + ".sig"] = try await signer.sign(bytes, with: key) }
        }
        let old = state.snapshot?.files ?? CatalogArchive()
        // signatures of Ed25519 are always the same; others are new each time, and say the same
        if wanted.allSatisfy({ old[$0.key] == $0.value }), files.keys.allSatisfy(old.paths.contains) { return true }
        let new = old.replacing(files)
        guard try await catalogs.replace(state.snapshot?.revision, of: catalog, with: new) else { return false }
        // who looked at the same moment may have moved the tag at the next
        let now = try await catalogs.read(catalog)?.files[path]
        return now == wanted[path] || Self.holds(now, box, draft)
    }

    /// Whether a listing has the box, perhaps with what somebody else has published since.
    private static func holds(_ listing: [UInt8]?, _ box: PublishedBox, _ draft: CatalogDraft) -> Bool {
        // what can't be read is read again, and told
        guard let listing, let root = try? JSONParser.parse(listing) else { return false }
        let offer = ListingEdit(root, name: box.name).offer(box.version, box.provider, box.architecture)
        return offer?["devenv"]?["digest"]?.content == .text(box.digest)
    }
}

extension CatalogDraft {
    /// Where the registry has the box, by what the catalog says; nil where it says nothing of this image.
    fileprivate func sent(_ digest: String) -> RegistryPublisher.Sent? {
        guard let own = present?["devenv"], own["digest"]?.content == .text(digest),
            case .text(let place) = present?["url"]?.content, case .number(let size) = own["size"]?.content,
            let size = Int64(size)
        else { return nil }
        return RegistryPublisher.Sent(place: place, size: size)
    }

    fileprivate func with(_ box: PublishedBox, _ sent: RegistryPublisher.Sent) -> CatalogDraft {
        var draft = self
        draft.put(box, url: sent.place, size: sent.size)
        return draft
    }
}
