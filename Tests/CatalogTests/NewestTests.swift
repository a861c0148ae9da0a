import DevenvCrypto
import DevenvDownload
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import DevenvCatalogs

/// What a catalog's list says of the newest versions of its boxes.
@Suite struct NewestVersionsTests {
    private static let listings = [
        #"[{"version": "1.10", "providers": [{"name": "libvirt", "url": "u"}]}, {"version": "1.9", "providers": [{"name": "libvirt", "url": "u", "architecture": "amd64"}, {"name": "devenv-container", "url": "u"}]}]"#,
        #"[{"version": "2.0.rc1", "providers": [{"name": "libvirt", "url": "u"}]}, {"version": "1.9", "providers": [{"name": "libvirt", "url": "u"}]}]"#,
        #"[{"version": "3", "providers": [{"name": "libvirt", "url": "u", "architecture": "unknown"}]}, {"version": "2", "providers": [{"name": "libvirt", "url": "u", "architecture": "unknown", "default_architecture": true}]}, {"version": "1", "providers": [{"name": "libvirt", "url": "u", "architecture": "x86_64"}]}]"#,
        #"[{"version": "3", "status": "revoked", "providers": [{"name": "virtualbox", "url": "u"}]}, {"version": "2", "providers": [{"name": "virtualbox", "url": "u", "architecture": "arm64"}, {"name": "hyperv", "url": "u"}]}]"#,
        #"[{"version": "1", "providers": []}]"#, "[]",
    ]

    @Test(arguments: listings) func theyAreWhatWouldBeChosen(versions: String) throws {
        let listing = try BoxListing(reading: Array(#"{"name": "a", "versions": \#(versions)}"#.utf8), from: "x")
        let newest = NewestVersions(listing)
        for format in BoxImage.Format.allCases {
            for architectures in [["amd64"], ["arm64"], ["amd64", "i386"], ["riscv64"]] {
                let selection = OfferSelection(constraint: nil, formats: [format], architectures: architectures)
                let chosen = try? selection.choose(from: listing, in: "x").version
                #expect(newest.version(for: format, on: architectures) == chosen, "\(format) \(architectures)")
            }
        }
        let written = try JSONParser.parse(newest.json([1, 2]).rendered())
        #expect(NewestVersions(written) == newest)
        #expect(NewestVersions.isAbout(NewestVersions.digest(of: [1, 2]), written))
        #expect(!NewestVersions.isAbout(NewestVersions.digest(of: [1]), written))
        #expect(!NewestVersions.isAbout(nil, written))
    }

    @Test(arguments: [
        "{}", "[]", "null", "1", #"{"files": {}}"#, #"{"files": [{"name": "libvirt"}]}"#,
        #"{"files": [{"version": "1"}]}"#, #"{"files": [{"name": "libvirt", "version": "?"}]}"#,
        #"{"files": [{"name": "libvirt", "version": "1", "architecture": 64}]}"#,
    ]) func whatWasWrittenInAnotherWaySaysNothing(text: String) throws {
        #expect(NewestVersions(try JSONParser.parse(Array(text.utf8))) == nil)
        let list = CatalogText(
            name: "x", bytes: Array(#"{"boxes": {"a": "a.json"}, "newest": {"a": \#(text)}}"#.utf8))
        #expect(try CatalogIndex(list, try list.parse()).boxes == ["a": "a.json"])
    }

    @Test(arguments: ["{}", "[]", "null", "\"x\""]) func aListThatSaysItInAnotherWaySaysNothing(text: String) throws {
        let list = CatalogText(name: "x", bytes: Array(#"{"boxes": {}, "newest": \#(text)}"#.utf8))
        #expect(try CatalogIndex(list, try list.parse()).newest.isEmpty)
    }
}

/// Who keeps them, and what is believed of them.
@Suite(.requires(tool: "tar", "gzip", "ssh-keygen")) struct NewestInCatalogTests {
    private static let listing = "boxes/team/base.json"

    private static func newest(_ rig: CatalogRig, _ name: String = "team/base") async throws -> String? {
        let catalog = try await rig.open()
        let found = try await rig.library.newest([CatalogLibrary.Wanted(name: name, catalog: catalog)])
        return try found[0].get()?.version(for: .qcow2, on: ["amd64"])?.text
    }

    /// What the list itself says.
    private static func said(_ rig: CatalogRig, _ name: String = "team/base") async throws -> NewestVersions? {
        try await rig.open().index.newest[name].flatMap(NewestVersions.init)
    }

    /// Takes back the version that stands first, as people do with an editor.
    private static func revoke(_ rig: CatalogRig) throws {
        let file = rig.catalog.pushing(FilePath(listing))
        var root = try JSONParser.parse(try HostFiles.read(file) ?? [])
        var versions = try #require(root["versions"]?.elements)
        versions[0]["status"] = .text("revoked")
        root["versions"] = JSONValue(.list(versions))
        try AtomicFile.write(root.rendered(), to: file)
    }

    @Test func aPublicationSaysThemAndKeepsWhatIsSaidOfOthers() async throws {
        try await CatalogRig.with { rig in
            _ = try await rig.publish(try rig.box("team/other", "3.0", content: "other"))
            _ = try await rig.publish(try rig.box())
            _ = try await rig.publish(try rig.box("team/base", "1.10", content: "newer"))
            _ = try await rig.publish(try rig.box("team/base", "1.9", content: "middle"))
            for (name, version) in [("team/base", "1.10"), ("team/other", "3.0")] {
                let said = try #require(try await Self.said(rig, name))
                #expect(said.version(for: .qcow2, on: ["amd64"])?.text == version)
                #expect(try await Self.newest(rig, name) == version)
            }
            #expect(try await Self.newest(rig, "nothing") == nil)
            #expect(try await rig.library.verify(try await rig.open()) == [])
        }
    }

    @Test func whatTheListSaysIsEnough() async throws {
        try await CatalogRig.with { rig in
            _ = try await rig.publish(try rig.box(), key: try await rig.key("key"))
            let catalog = try await rig.open()
            // a listing that nobody has signed would be refused if it were read as such
            try HostFiles.remove(rig.catalog.pushing(FilePath(Self.listing + ".sig")))
            await #expect(throws: CatalogError.self) { try await rig.library.listing("team/base", in: catalog) }
            #expect(try await Self.newest(rig) == "1.0")
        }
    }

    @Test func ofAWebServerTheListIsAllThatIsRead() async throws {
        try await CatalogRig.with { rig in
            _ = try await rig.publish(try rig.box())
            let address = try #require(WebAddress("https://boxes.example.com/catalog.json"))
            let text = try #require(try HostFiles.read(rig.catalog.appending("catalog.json")))
            let library = CatalogLibrary(
                files: OneFile(place: .web(address), bytes: text), signer: Signer(runner: SystemToolRunner()),
                user: rig.user)
            let catalog = try await library.open(CatalogSource(.web(address)))
            let found = try await library.newest([CatalogLibrary.Wanted(name: "team/base", catalog: catalog)])
            #expect(try found[0].get()?.version(for: .qcow2, on: ["amd64"])?.text == "1.0")
        }
    }

    @Test func aListingThatWasChangedByHandIsReadItself() async throws {
        try await CatalogRig.with { rig in
            _ = try await rig.publish(try rig.box())
            _ = try await rig.publish(try rig.box("team/base", "2.0", content: "next"))
            try Self.revoke(rig)
            #expect(try await Self.newest(rig) == "1.0")
            let problems = try await rig.library.verify(try await rig.open())
            #expect(problems.count == 1 && problems[0].contains("other newest versions"), "\(problems)")
            // a publication of anything takes back what is not true any more
            _ = try await rig.publish(try rig.box("team/other", content: "other"))
            #expect(try await Self.said(rig) == nil)
            #expect(try await rig.library.verify(try await rig.open()) == [])
            _ = try await rig.publish(try rig.box("team/base", "1.5", content: "between"))
            #expect(try await Self.said(rig)?.version(for: .qcow2, on: ["amd64"])?.text == "1.5")
        }
    }

    @Test func aCatalogThatSaysNothingIsReadBoxByBox() async throws {
        try await CatalogRig.with { rig in
            _ = try await rig.publish(try rig.box())
            let file = rig.catalog.appending("catalog.json")
            var root = try JSONParser.parse(try HostFiles.read(file) ?? [])
            root["newest"] = nil
            try AtomicFile.write(root.rendered(), to: file)
            #expect(try await Self.said(rig) == nil)
            #expect(try await Self.newest(rig) == "1.0")
            // publishing what is there already says it
            #expect(try await !rig.publish(try rig.box()).isNew)
            #expect(try await Self.said(rig) != nil)
        }
    }

    @Test func publishingAgainChangesNothing() async throws {
        try await CatalogRig.with { rig in
            let key = try await rig.key("key")
            _ = try await rig.publish(try rig.box(), key: key)
            let file = rig.catalog.appending("catalog.json")
            let before = Self.inode(of: file)
            _ = try await rig.publish(try rig.box(), key: key)
            #expect(Self.inode(of: file) == before)
        }
    }

    /// Files are never written to, but replaced.
    private static func inode(of file: FilePath) -> UInt64? {
        var status = stat()
        return stat(file.string, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    @Test func anotherKeyKeepsThem() async throws {
        try await CatalogRig.with { rig in
            let (old, new) = (try await rig.key("old"), try await rig.key("new"))
            _ = try await rig.publish(try rig.box(), key: old)
            _ = try await rig.publisher.rekey(to: new, from: old)
            #expect(try await Self.said(rig) != nil)
        }
    }

    @Test func inARegistryTheyChangeWithTheListing() async throws {
        try await CatalogRig.with { rig in
            let publisher = RegistryPublisher(catalog: "r/c", catalogs: rig.registries, runner: SystemToolRunner())
            for version in ["1.0", "2.0"] {
                _ = try await publisher.publish(
                    try rig.box("team/base", version, content: version), PublishingOptions(), isThere: { _ in true },
                    send: { RegistryPublisher.Sent(place: "oci:r/c/team/base@sha256:\(version)", size: 1) })
            }
            let catalog = try await rig.library.open(CatalogSource(.registry("r/c")))
            let wanted = [CatalogLibrary.Wanted(name: "team/base", catalog: catalog)]
            let said = try #require(catalog.index.newest["team/base"])
            let listing = rig.registries.snapshot("r/c")?.files[Self.listing]
            #expect(NewestVersions.isAbout(listing.map(NewestVersions.digest), said))
            #expect(try await rig.library.newest(wanted)[0].get()?.version(for: .qcow2, on: ["amd64"])?.text == "2.0")
            // somebody has put another listing there
            rig.registries.change("r/c", [Self.listing: Array(#"{"name": "team/base", "versions": []}"#.utf8)])
            let changed = try await rig.library.newest(wanted)[0].get()
            #expect(changed?.version(for: .qcow2, on: ["amd64"]) == nil)
        }
    }
}

/// A web server with one file; whoever asks for another one fails.
private struct OneFile: CatalogFiles {
    let place: CatalogPlace
    let bytes: [UInt8]

    func read(_ places: [CatalogPlace]) async throws(CatalogError) -> [Result<[UInt8], CatalogError>] {
        places.map { asked in
            if asked == place { return .success(bytes) }
            let isSignature = asked.description.hasSuffix(".sig")
            return .failure(CatalogError(isSignature ? .missing : .failed, "\(asked) was asked for"))
        }
    }

    func digests(_ places: [CatalogPlace?]) async -> [String?] { places.map { _ in nil } }
}
