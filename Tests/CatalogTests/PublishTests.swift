import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvCatalogs

@Suite(.requires(tool: "tar", "gzip")) struct PublishTests {
    @Test func aBoxIsFoundWhereItWasPublished() async throws {
        try await CatalogRig.with { rig in
            let first = try await rig.publish(try rig.box())
            _ = try await rig.publish(try rig.box("team/base", "1.10", content: "newer"))
            _ = try await rig.publish(try rig.box("team/base", "1.9", content: "middle"))
            _ = try await rig.publish(try rig.box("team", "1.0", content: "other"))
            let catalog = try await rig.open()
            #expect(catalog.names == ["team", "team/base"])
            let found = try #require(try await rig.library.listing("team/base", in: catalog))
            #expect(found.listing.versions.map(\.version.text) == ["1.10", "1.9", "1.0"])
            let offer = try #require(found.listing.versions.last?.offers.first)
            #expect(try found.place(of: offer) == .file(first.file))
            #expect(offer.checksum == first.checksum)
            #expect(offer.digest == "sha256:disk" && offer.user == "dev" && offer.size == first.size)
            #expect(first.checksum.hexadecimal == SHA256.hexadecimal(of: try HostFiles.read(first.file) ?? []))
            #expect(try await rig.library.listing("nothing", in: catalog) == nil)
        }
    }

    @Test func aPointerOfGitInTheFilesPlaceIsSaid() async throws {
        try await CatalogRig.with { rig in
            let publication = try await rig.publish(try rig.box())
            #expect(try await rig.library.verify(try await rig.open()).isEmpty)
            let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n"
            try AtomicFile.write(Array(pointer.utf8), to: publication.file)
            let problems = try await rig.library.verify(try await rig.open())
            #expect(problems.count == 1 && problems[0].contains("'git lfs pull'"), "\(problems)")
        }
    }

    @Test func theSameBoxIsTheSameFile() async throws {
        try await CatalogRig.with { rig in
            let first = try await rig.publish(try rig.box())
            #expect(first.isNew)
            let again = try await rig.publish(try rig.box())
            #expect(!again.isNew)
            #expect(again.file == first.file)
            try HostFiles.remove(rig.catalog)
            #expect(try await rig.publish(try rig.box()).checksum == first.checksum)
        }
    }

    @Test func aBoxIsOneForVagrant() async throws {
        try await CatalogRig.with { rig in
            let publication = try await rig.publish(try rig.box())
            let call = ToolInvocation("tar", ["-xzf", publication.file.string, "-C", rig.directory.path.string])
            #expect(try await SystemToolRunner().run(call).status == 0)
            #expect(try rig.directory.read("box.img") == "disk")
            let metadata = try JSONParser.parse(Array((try rig.directory.read("metadata.json") ?? "").utf8))
            #expect(metadata["provider"]?.content == .text("libvirt"))
            #expect(metadata["format"]?.content == .text("qcow2"))
            #expect(metadata["virtual_size"]?.content == .number("3"))
            let listing = try JSONParser.parse(try HostFiles.read(rig.catalog.appending("boxes/team/base.json")) ?? [])
            let url = listing["versions"]?.elements?[0]["providers"]?.elements?[0]["url"]
            #expect(url?.content == .text("file://\(publication.file)"))
        }
    }

    @Test func anotherImageNeedsAnotherVersionOrForce() async throws {
        try await CatalogRig.with { rig in
            let old = try await rig.publish(try rig.box())
            let error = await #expect(throws: CatalogError.self) {
                try await rig.publish(try rig.box(content: "changed"))
            }
            #expect(error?.code == .taken)
            let new = try await rig.publish(try rig.box(content: "changed"), replacing: true)
            #expect(HostFiles.exists(old.file))
            _ = try await rig.publish(try rig.box("team/base", "2.0", content: "next"))
            #expect(!HostFiles.exists(old.file))
            #expect(HostFiles.exists(new.file))
        }
    }

    @Test func whatSomebodyElseWroteStays() async throws {
        try await CatalogRig.with { rig in
            _ = try await rig.publish(try rig.box())
            let file = rig.catalog.appending("boxes/team/base.json")
            var root = try JSONParser.parse(try HostFiles.read(file) ?? [])
            root["description_html"] = .text("<b>ours</b>")
            try AtomicFile.write(root.rendered(), to: file)
            _ = try await rig.publish(try rig.box("team/base", "2.0", content: "next"))
            let changed = try JSONParser.parse(try HostFiles.read(file) ?? [])
            #expect(changed["description_html"]?.content == .text("<b>ours</b>"))
            #expect(changed["versions"]?.elements?.count == 2)
        }
    }

    @Test func theAddressForVagrantIsWhereTheCatalogIsServed() async throws {
        try await CatalogRig.with { rig in
            _ = try await rig.publish(try rig.box())
            var options = PublishingOptions()
            options.url = "https://boxes.example.com/team/"
            let publication = try await rig.publisher.publish(try rig.box("team/base", "2.0", content: "next"), options)
            let listing = try JSONParser.parse(try HostFiles.read(rig.catalog.appending("boxes/team/base.json")) ?? [])
            let urls = (listing["versions"]?.elements ?? []).compactMap {
                $0["providers"]?.elements?[0]["url"]?.content
            }
            let name = publication.file.lastComponent?.string ?? ""
            #expect(urls.first == .text("https://boxes.example.com/team/files/team/base~2.0/\(name)"))
            #expect(urls.count == 2)
            guard case .text(let other)? = urls.last else { return }
            #expect(other.hasPrefix("https://boxes.example.com/team/files/team/base~1.0/"))
        }
    }
}

@Suite(.requires(tool: "ssh-keygen", "tar", "gzip")) struct SignatureTests {
    @Test func aKeyIsMetByLookingAndRememberedByActing() async throws {
        try await CatalogRig.with { rig in
            let key = try await rig.key("key")
            _ = try await rig.publish(try rig.box(), key: key)
            for _ in 1...2 {
                let catalog = try await rig.open()
                #expect(catalog.isNewlyTrusted)
                #expect(catalog.key == (try rig.publicKey(key)))
                #expect(try await rig.library.listing("team/base", in: catalog) != nil)
            }
            #expect(!HostFiles.exists(rig.host.configuration), "looking changes nothing")
            try await rig.meet()
            #expect(try await rig.open().isNewlyTrusted == false)
            #expect(try rig.user.key(of: .directory(rig.catalog)) == rig.publicKey(key))
        }
    }

    /// Of two that meet it at once with different keys only one is right.
    @Test func aKeyThatAnotherOneWasFasterWithIsRefused() async throws {
        try await CatalogRig.with { rig in
            let (one, other) = (
                try rig.publicKey(try await rig.key("one")), try rig.publicKey(try await rig.key("other"))
            )
            try await rig.user.pin(one, of: .directory(rig.catalog))
            try await rig.user.pin(one, of: .directory(rig.catalog))
            let error = await #expect(throws: CatalogError.self) {
                try await rig.user.pin(other, of: .directory(rig.catalog))
            }
            #expect(error?.code == .untrusted)
            #expect(
                error?.message.contains(one.fingerprint) == true && error?.message.contains(other.fingerprint) == true)
            #expect(try rig.user.key(of: .directory(rig.catalog)) == one)
        }
    }

    /// What was changed, and what is refused then.
    /// Whoever publishes next would sign it otherwise.
    @Test(arguments: ["catalog.json", "boxes/team/base.json"])
    func whatSomebodyElseHasChangedGetsNoSignature(file: String) async throws {
        try await CatalogRig.with { rig in
            let key = try await rig.key("key")
            _ = try await rig.publish(try rig.box(), key: key)
            let path = rig.catalog.pushing(FilePath(file))
            let changed = (try HostFiles.read(path) ?? []) + [0x0a]
            try AtomicFile.write(changed, to: path)
            let error = await #expect(throws: CatalogError.self) {
                _ = try await rig.publish(try rig.box("team/base", "1.1", content: "new"), key: key)
            }
            #expect(error?.code == .untrusted && error?.help?.contains("ssh-keygen -Y sign") == true)
            #expect(try HostFiles.read(path) == changed)
        }
    }

    @Test(arguments: Tampering.allCases) func whatIsNotSignedAsItMustBeIsRefused(tampering: Tampering) async throws {
        try await CatalogRig.with { rig in
            let key = try await rig.key("key")
            _ = try await rig.publish(try rig.box(), key: key)
            try await rig.meet()
            try await tampering.apply(rig)
            let error = await #expect(throws: CatalogError.self) {
                let catalog = try await rig.open()
                _ = try await rig.library.listing("team/base", in: catalog)
            }
            #expect(error?.code == tampering.code, "\(error.map(String.init(describing:)) ?? "")")
            #expect(error?.description.contains(try rig.publicKey(key).fingerprint) == (tampering.code == .untrusted))
        }
    }

    enum Tampering: String, CaseIterable, Sendable {
        case changedListing, changedIndex, removedListingSignature, removedIndexSignature, swappedSignatures
        case otherCatalog, unsignedCatalog, renamedListing, garbageSignature

        var code: CatalogError.Code { self == .renamedListing ? .invalid : .untrusted }

        func apply(_ rig: CatalogRig) async throws {
            let index = rig.catalog.appending("catalog.json")
            let listing = rig.catalog.appending("boxes/team/base.json")
            func signature(_ file: FilePath) -> FilePath { FilePath(file.string + ".sig") }
            func append(_ file: FilePath) throws {
                try AtomicFile.write((try HostFiles.read(file) ?? []) + [0x0a], to: file)
            }
            switch self {
            case .changedListing: try append(listing)
            case .changedIndex: try append(index)
            case .removedListingSignature: try HostFiles.remove(signature(listing))
            case .removedIndexSignature: try HostFiles.remove(signature(index))
            case .garbageSignature: try AtomicFile.write(Array("x".utf8), to: signature(listing))
            case .swappedSignatures:
                try AtomicFile.write(try HostFiles.read(signature(index)) ?? [], to: signature(listing))
            case .otherCatalog:
                let other = try await rig.key("other")
                try HostFiles.remove(rig.catalog)
                _ = try await rig.publish(try rig.box(), key: other)
            case .unsignedCatalog:
                try HostFiles.remove(rig.catalog)
                _ = try await rig.publish(try rig.box())
            case .renamedListing:
                // the owner's own, and signed, but of another box
                let key = rig.directory.path.appending("key")
                _ = try await rig.publish(try rig.box("team/other", content: "other"), key: key)
                let other = rig.catalog.appending("boxes/team/other.json")
                for suffix in ["", ".sig"] {
                    let bytes = try HostFiles.read(FilePath(other.string + suffix)) ?? []
                    try AtomicFile.write(bytes, to: FilePath(listing.string + suffix))
                }
            }
        }
    }

    @Test func aKeyThatWasGivenCountsMoreThanAnyOther() async throws {
        try await CatalogRig.with { rig in
            let key = try await rig.key("key")
            let other = try rig.publicKey(try await rig.key("other"))
            _ = try await rig.publish(try rig.box(), key: key)
            let error = await #expect(throws: CatalogError.self) { try await rig.open(key: other) }
            #expect(error?.code == .untrusted)
            for fingerprint in [other.fingerprint, try rig.publicKey(key).fingerprint] {
                #expect(error?.message.contains(fingerprint) == true)
            }
            #expect(error?.help?.contains("devenv catalog add") == true)
            #expect(try await rig.open(key: try rig.publicKey(key)).isNewlyTrusted == false)
        }
    }

    @Test func aSignedCatalogTakesNothingThatIsNotSigned() async throws {
        try await CatalogRig.with { rig in
            let key = try await rig.key("key")
            let other = try await rig.key("other")
            _ = try await rig.publish(try rig.box(), key: key)
            for wrong in [nil, other] {
                let error = await #expect(throws: CatalogError.self) {
                    try await rig.publish(try rig.box("team/base", "2.0", content: "next"), key: wrong)
                }
                #expect(error?.code == .untrusted)
            }
            _ = try await rig.publish(try rig.box("team/base", "2.0", content: "next"), key: key)
            _ = try await rig.open()
        }
    }

    @Test func fingerprintsAreThoseOfSSH() async throws {
        try await CatalogRig.with { rig in
            let key = try await rig.key("key")
            let call = ToolInvocation("ssh-keygen", ["-l", "-f", key.string])
            let words = try await SystemToolRunner().run(call).text.split(separator: " ")
            #expect(try rig.publicKey(key).fingerprint == words[1])
        }
    }

    @Test func theCallsAreThese() {
        let sign = Signer.sign([1], with: "/key")
        #expect(sign.arguments == ["-Y", "sign", "-f", "/key", "-n", "devenv-catalog"])
        let verify = Signer.verify([1], signature: "/s", allowed: "/a")
        #expect(verify.arguments == ["-Y", "verify", "-f", "/a", "-I", "catalog", "-n", "devenv-catalog", "-s", "/s"])
        #expect(verify.input == [1] && sign.input == [1])
    }
}
