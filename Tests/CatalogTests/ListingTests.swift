import DevenvCrypto
import DevenvModel
import DevenvPluginAPI
import Testing

@testable import DevenvCatalogs

@Suite struct ListingTests {
    /// As the hosted service of Vagrant answered, with more in it than anybody needs.
    private static let hosted = """
        {"description": "d", "short_description": "s", "name": "debian/12", "private": false, "versions": [
          {"version": "12.9", "status": "active", "description_html": "<p>x</p>", "providers": [
            {"name": "libvirt", "url": "https://example.com/12.9.box", "checksum": "", "checksum_type": null,
             "architecture": "amd64", "default_architecture": true},
            {"name": "virtualbox", "url": "vb.box", "checksum": " \(String(repeating: "AB", count: 32)) ",
             "checksum_type": "SHA256", "architecture": "x86_64", "default_architecture": true}]},
          {"version": "12.10", "status": "active", "providers": [
            {"name": "libvirt", "url": "/srv/12.10.box", "checksum": "\(String(repeating: "0", count: 40))",
             "checksum_type": "sha1", "size": 7}]},
          {"version": "13.0", "status": "revoked", "providers": []},
          {"version": "12.11.pre", "providers": [{"name": "libvirt", "url": "x"}]}]}
        """

    @Test func whatVagrantsServiceSaidIsRead() throws {
        let listing = try BoxListing(reading: Array(Self.hosted.utf8), from: "x")
        #expect(listing.versions.map(\.version.text) == ["12.11.pre", "12.10", "12.9"])
        let offers = try #require(listing.versions.last?.offers)
        #expect(offers[0].checksum == nil)
        #expect(offers[1].checksum?.description == "sha256:" + String(repeating: "ab", count: 32))
        #expect(offers.map(\.architecture) == ["amd64", "amd64"])
        #expect(listing.versions[1].offers[0].checksum?.algorithm == .sha1)
    }

    @Test(
        arguments: [
            ("[]", "x:1:1: a box's catalog must be an object, and is a list"),
            ("{\"versions\": []}", "x:1:1: the box lacks the key 'name'"),
            ("{\"name\": \"../x\", \"versions\": []}", "x:1:10: '../x' can't be the name of a box"),
            ("{\"name\": \"a\"}", "x:1:1: the box lacks the key 'versions'"),
            ("{\"name\": \"a\",\n \"versions\": {}}", "x:2:14: 'versions' must be a list, and is an object"),
            (
                "{\"name\": \"a\", \"versions\": [\n{\"version\": \"latest\"}]}",
                "x:2:13: 'latest' can't be the version of a box"
            ),
            (
                "{\"name\": \"a\", \"versions\": [{\"version\": 1, \"providers\": [{\"name\": \"libvirt\"}]}]}",
                "x:1:57: a provider lacks the key 'url'"
            ),
            (
                "{\"name\":\"a\",\"versions\":[{\"version\":1,\"providers\":[{\"name\":\"l\",\"url\":\"u\",\"checksum\":\"1\",\"checksum_type\":\"crc\"}]}]}",
                "x:1:104: there is no checksum of the type 'crc'"
            ),
            (
                "{\"name\":\"a\",\"versions\":[{\"version\":1,\"providers\":[{\"name\":\"l\",\"url\":\"u\",\"checksum\":\"1\",\"checksum_type\":\"md5\"}]}]}",
                "x:1:84: a checksum of the type md5 has 32 hexadecimal digits"
            ),
            ("<!doctype html>", "x:1:1: this is no value of JSON"),
        ]) func whatIsWrongIsSaidWithItsPlace(text: String, says: String)
    {
        let error = #expect(throws: CatalogError.self) { try BoxListing(reading: Array(text.utf8), from: "x") }
        #expect(error?.message == says)
        #expect(error?.code == .invalid)
    }

    @Test(
        arguments: [
            (nil, [.qcow2], ["amd64"], "12.10"), ("= 12.9", [.qcow2], ["amd64"], "12.9"),
            ("~> 12.0", [.qcow2], ["amd64"], "12.10"), ("< 12.10", [.qcow2], ["amd64"], "12.9"),
            ("12.11.pre", [.qcow2], ["amd64"], "12.11.pre"), (">= 12.11.a", [.qcow2], ["amd64"], "12.11.pre"),
            // only the older version says which processor it is for, and it is another one
            (nil, [.qcow2], ["arm64"], "12.10"), ("= 12.9", [.qcow2], ["arm64"], nil),
            ("> 13", [.qcow2], ["amd64"], nil), (nil, [.directories], ["amd64"], nil),
            (nil, [.directories, .qcow2], ["amd64"], "12.10"),
        ] as [(String?, [BoxImage.Format], [String], String?)])
    func theHighestVersionThatFitsIsChosen(
        constraint: String?, formats: [BoxImage.Format], architectures: [String], version: String?
    ) throws {
        let listing = try BoxListing(reading: Array(Self.hosted.utf8), from: "x")
        let selection = OfferSelection(
            constraint: constraint.flatMap(VersionConstraint.init(parsing:)), formats: formats,
            architectures: architectures)
        #expect((try? selection.choose(from: listing, in: "c"))?.version.text == version)
    }

    @Test func whereNothingFitsWhatThereIsIsListed() throws {
        let listing = try BoxListing(reading: Array(Self.hosted.utf8), from: "x")
        let selection = OfferSelection(
            constraint: VersionConstraint(parsing: "> 13"), formats: [.qcow2], architectures: ["amd64"])
        let error = #expect(throws: CatalogError.self) { try selection.choose(from: listing, in: "/srv/c") }
        #expect(
            error?.message
                == "the catalog '/srv/c' has nothing of the box 'debian/12' that is version '> 13' for libvirt on amd64"
        )
        #expect(
            error?.help
                == "it has 12.11.pre (libvirt), 12.10 (libvirt), 12.9 (libvirt amd64, virtualbox amd64); a prerelease "
                + "is only taken where a version such as '12.11.pre' is asked for")
    }

    /// (architecture, default, wanted, chosen)
    @Test(
        arguments: [
            ([("amd64", true), ("arm64", false)], "arm64", 1), ([("amd64", true), ("arm64", false)], "riscv64", nil),
            ([("unknown", true), ("arm64", false)], "amd64", 0), ([("unknown", false)], "amd64", nil),
            ([(nil, false), ("amd64", false)], "amd64", 1), ([(nil, false)], "amd64", 0),
        ] as [([(String?, Bool)], String, Int?)])
    func processorsAreChosenAsVagrantDoes(offers: [(String?, Bool)], wanted: String, index: Int?) throws {
        let listing = BoxListing(
            name: "a", description: "",
            versions: [
                BoxListing.Version(
                    version: try #require(BoxVersion(parsing: "1")),
                    offers: offers.enumerated().map { number, offer in
                        BoxListing.Offer(
                            provider: "libvirt", url: "\(number)", checksum: nil, architecture: offer.0,
                            isDefault: offer.1,
                            digest: nil, size: nil, user: nil)
                    })
            ])
        let selection = OfferSelection(constraint: nil, formats: [.qcow2], architectures: [wanted])
        #expect((try? selection.choose(from: listing, in: "c"))?.offer.url == index.map(String.init))
    }

    @Test(arguments: ["../x.json", "/etc/passwd", "a//b", ".", "", "a/../../b"])
    func anIndexLeadsNowhereElse(path: String) {
        let text = #"{"boxes": {"a": "\#(path)"}}"#
        let catalog = CatalogText(name: "x", bytes: Array(text.utf8))
        #expect(throws: CatalogError.self) { try CatalogIndex(catalog, try catalog.parse()) }
    }

    @Test func anIndexIsWrittenAsItIsRead() throws {
        let key = try #require(
            PublicKey(parsing: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0OtlF2qh9h1u7wUCbKvKXUTgMXzK0vmLGkQrGGEpUg me"))
        let index = CatalogIndex(
            name: "n", key: key, url: "https://x", boxes: ["a/b": "boxes/a/b.json", "a": "boxes/a.json"])
        let text = CatalogText(name: "x", bytes: index.rendered())
        #expect(try CatalogIndex(text, try text.parse()) == index)
    }
}
