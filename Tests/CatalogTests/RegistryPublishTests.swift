import DevenvCatalogs
import DevenvHost
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

/// Boxes go into a catalog that is in a registry, and what it says is believed as little as that of any other.
@Suite(.requires(tool: "ssh-keygen")) struct RegistryPublishTests {
    @Test func whatIsPublishedIsFound() async throws {
        try await CatalogRig.with { rig in
            let first = try await rig.publishInRegistry(try rig.box())
            #expect(first.isNew && first.place == "oci:registry.test/team/team/base@disk")
            _ = try await rig.publishInRegistry(try rig.box("team/base", "1.1", content: "new"))
            _ = try await rig.publishInRegistry(try rig.box("other"))
            let again = try await rig.publishInRegistry(try rig.box())
            #expect(!again.isNew && again.place == first.place)

            let catalog = try await rig.openRegistry()
            #expect(catalog.names == ["other", "team/base"])
            let listing = try #require(try await rig.library.listing("team/base", in: catalog))
            #expect(listing.listing.versions.map(\.version.text) == ["1.1", "1.0"])
            let offer = try #require(listing.listing.versions.last?.offers.first)
            #expect(offer.digest == "sha256:disk" && offer.size == 4711 && offer.checksum == nil)
            #expect(try listing.place(of: offer) == .image(first.place))
        }
    }

    /// However many boxes are asked for.
    @Test func aCatalogIsReadOnce() async throws {
        try await CatalogRig.with { rig in
            for name in ["a", "b", "c"] { _ = try await rig.publishInRegistry(try rig.box(name)) }
            let library = rig.library
            let before = rig.registries.reads
            let catalog = try await library.open(CatalogSource(.registry("registry.test/team")))
            #expect(try await library.listings(catalog.names, in: catalog).count == 3)
            #expect(try await library.verify(catalog) == [])
            #expect(rig.registries.reads == before + 1)
        }
    }

    /// Of two who publish at once, neither is lost.
    @Test func whoComesSecondBeginsAnewWithWhatIsThere() async throws {
        try await CatalogRig.with { rig in
            let key = try await rig.key("key")
            _ = try await rig.publishInRegistry(try rig.box("first"), key: key)
            rig.registries.interrupt { _ in _ = try await rig.publishInRegistry(try rig.box("theirs"), key: key) }
            let mine = try await rig.publishInRegistry(try rig.box("mine"), key: key)
            #expect(mine.isNew)
            let catalog = try await rig.openRegistry()
            #expect(catalog.names == ["first", "mine", "theirs"])
            #expect(try await rig.library.verify(catalog) == [])
        }
    }

    /// The same version, with another image.
    @Test func whoComesSecondDoesNotReplaceABox() async throws {
        try await CatalogRig.with { rig in
            rig.registries.interrupt { _ in
                _ = try await rig.publishInRegistry(try rig.box("team/base", "1.0", content: "theirs"))
            }
            let error = await #expect(throws: CatalogError.self) { _ = try await rig.publishInRegistry(try rig.box()) }
            #expect(error?.code == .taken)
            _ = try await rig.publishInRegistry(try rig.box(), replacing: true)
        }
    }

    @Test func aBoxThatTheRegistryHasLostIsSentAgain() async throws {
        try await CatalogRig.with { rig in
            _ = try await rig.publishInRegistry(try rig.box())
            #expect(try await rig.publishInRegistry(try rig.box(), isThere: false).isNew)
        }
    }

    @Test func aCatalogWithAKeyTakesNothingWithoutIt() async throws {
        try await CatalogRig.with { rig in
            let (key, other) = (try await rig.key("key"), try await rig.key("other"))
            _ = try await rig.publishInRegistry(try rig.box(), key: key)
            for key in [nil, other] {
                let error = await #expect(throws: CatalogError.self) {
                    _ = try await rig.publishInRegistry(try rig.box("new"), key: key)
                }
                #expect(error?.code == .untrusted)
            }
            rig.registries.change(CatalogRig.name, ["boxes/team/base.json": Array("{}".utf8)])
            let error = await #expect(throws: CatalogError.self) {
                _ = try await rig.publishInRegistry(try rig.box("team/base", "2.0", content: "new"), key: key)
            }
            #expect(error?.code == .untrusted, "what somebody else has changed gets no signature")
        }
    }

    /// Whoever has remembered the old key believes the new one; and who publishes at the same moment is not lost.
    @Test func aKeyIsFollowedByAnother() async throws {
        try await CatalogRig.with { rig in
            let (old, new) = (try await rig.key("old"), try await rig.key("new"))
            _ = try await rig.publishInRegistry(try rig.box("first"), key: old)
            try await rig.user.pin(try rig.publicKey(old), of: .registry(CatalogRig.name))
            let publisher = RegistryPublisher(
                catalog: CatalogRig.name, catalogs: rig.registries, runner: SystemToolRunner())
            rig.registries.interrupt { _ in _ = try await rig.publishInRegistry(try rig.box("second"), key: old) }
            #expect(try await publisher.rekey(to: new, from: old).wasDone == false)
            #expect(try await publisher.rekey(to: new, from: old).wasDone)
            let library = rig.library
            let catalog = try await library.open(CatalogSource(.registry(CatalogRig.name)))
            #expect(catalog.key == (try rig.publicKey(new)))
            #expect(catalog.names == ["first", "second"])
            #expect(try await library.verify(catalog) == [])
            _ = try await rig.publishInRegistry(try rig.box("third"), key: new)
            let error = await #expect(throws: CatalogError.self) { try await publisher.rekey(to: old, from: old) }
            #expect(error?.code == .untrusted)
        }
    }

    @Test(arguments: Tampering.allCases) func whatIsNotSignedAsItMustBeIsRefused(tampering: Tampering) async throws {
        try await CatalogRig.with { rig in
            let key = try await rig.key("key")
            _ = try await rig.publishInRegistry(try rig.box(), key: key)
            #expect(try await rig.openRegistry().isNewlyTrusted)
            try await rig.user.pin(try rig.publicKey(key), of: .registry(CatalogRig.name))
            try await tampering.apply(rig, key)
            let error = await #expect(throws: CatalogError.self) {
                let library = rig.library
                let catalog = try await library.open(CatalogSource(.registry(CatalogRig.name)))
                _ = try await library.listing("team/base", in: catalog)
            }
            #expect(error?.code == tampering.code, "\(error.map(String.init(describing:)) ?? "")")
        }
    }

    enum Tampering: String, CaseIterable, Sendable {
        case changedListing, changedIndex, removedListingSignature, removedIndexSignature, swappedSignatures
        case otherKey, unsigned, renamedListing, removedListing, removedIndex

        var code: CatalogError.Code {
            switch self {
            case .renamedListing: .invalid
            case .removedListing, .removedIndex: .missing
            default: .untrusted
            }
        }

        func apply(_ rig: CatalogRig, _ key: FilePath) async throws {
            let (index, listing) = ("catalog.json", "boxes/team/base.json")
            func change(_ path: String, _ bytes: [UInt8]?) { rig.registries.change(CatalogRig.name, [path: bytes]) }
            let files = try #require(rig.registries.snapshot(CatalogRig.name)).files
            switch self {
            case .changedListing: change(listing, (files[listing] ?? []) + [0x0a])
            case .changedIndex: change(index, (files[index] ?? []) + [0x0a])
            case .removedListingSignature: change(listing + ".sig", nil)
            case .removedIndexSignature: change(index + ".sig", nil)
            case .swappedSignatures: change(listing + ".sig", files[index + ".sig"])
            case .removedListing: change(listing, nil)
            case .removedIndex: change(index, nil)
            case .otherKey, .unsigned:
                let other = self == .otherKey ? try await rig.key("other") : nil
                let fake = MemoryRegistries()
                _ = try await rig.publishInRegistry(try rig.box(), key: other, of: fake)
                rig.registries.set(CatalogRig.name, try #require(fake.snapshot(CatalogRig.name)))
            case .renamedListing:
                _ = try await rig.publishInRegistry(try rig.box("team/other"), key: key)
                let files = try #require(rig.registries.snapshot(CatalogRig.name)).files
                change(listing, files["boxes/team/other.json"])
                change(listing + ".sig", files["boxes/team/other.json.sig"])
            }
        }
    }

    /// A signature does not tell whether a listing is the newest; but what was there before is no more than that.
    @Test func aTagThatIsMovedBackTellsOfOlderBoxesOnly() async throws {
        try await CatalogRig.with { rig in
            let key = try await rig.key("key")
            _ = try await rig.publishInRegistry(try rig.box(), key: key)
            let old = try #require(rig.registries.snapshot(CatalogRig.name))
            _ = try await rig.publishInRegistry(try rig.box("team/base", "2.0", content: "new"), key: key)
            rig.registries.set(CatalogRig.name, old)
            let catalog = try await rig.openRegistry()
            let listing = try #require(try await rig.library.listing("team/base", in: catalog))
            #expect(listing.listing.versions.map(\.version.text) == ["1.0"])
            // a listing of one moment with the list of another is signed as well, and says no more than each does
            #expect(try await rig.library.verify(catalog) == [])
        }
    }

    @Test func whereThereIsNoCatalogThatIsSaid() async throws {
        try await CatalogRig.with { rig in
            let error = await #expect(throws: CatalogError.self) { try await rig.openRegistry() }
            #expect(error?.code == .missing && error?.message.contains("oci://registry.test/team") == true)
        }
    }

    @Test(arguments: [
        "oci://registry.test/team", "oci:registry.test/team/", "oci://127.0.0.1:5000/a/b", "oci://[::1]:5000",
    ])
    func aNamespaceIsALocation(text: String) throws {
        guard case .registry(let name) = try CatalogLocation(text, base: "/") else {
            Issue.record("\(text) is no registry")
            return
        }
        #expect(!name.hasSuffix("/") && CatalogLocation.registry(name).text == "oci://\(name)")
    }

    @Test(arguments: [
        "oci://", "oci:", "oci://r/Team", "oci://r/a:1", "oci://r/a@sha256:0", "oci://r//a", "oci://r/a b",
    ])
    func whatIsNoNamespaceIsRefused(text: String) {
        #expect(throws: CatalogError.self) { try CatalogLocation(text, base: "/") }
    }
}

extension CatalogRig {
    static let name = "registry.test/team"

    func publishInRegistry(
        _ box: PublishedBox, key: FilePath? = nil, replacing: Bool = false, isThere: Bool = true,
        of registries: MemoryRegistries? = nil
    ) async throws -> RegistryPublisher.Publication {
        var options = PublishingOptions()
        options.key = key
        options.replacing = replacing
        let publisher = RegistryPublisher(
            catalog: Self.name, catalogs: registries ?? self.registries, runner: SystemToolRunner())
        let digest = box.digest.dropFirst(7)
        return try await publisher.publish(
            box, options, isThere: { _ throws(CatalogError) in isThere },
            send: { () throws(CatalogError) in
                RegistryPublisher.Sent(place: "oci:\(Self.name)/\(box.name)@\(digest)", size: 4711)
            })
    }

    func openRegistry() async throws -> Catalog {
        try await library.open(CatalogSource(.registry(Self.name)))
    }
}
