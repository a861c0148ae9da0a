import DevenvBoxes
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@Suite struct ResolveTests {
    @Test func aMissingBoxNamesTheCommandsThatGetIt() throws {
        let fixture = try BoxStoreFixture()
        let error = #expect(throws: BoxError.self) {
            try fixture.store.resolve(.named("debian/12", constraint: nil), base: "/", formats: [.directories])
        }
        #expect(error?.code == .missing)
        #expect(error?.description.contains("'devenv box build debian/12'") == true)
        #expect(error?.description.contains("'devenv box add DIRECTORY|ARCHIVE --name debian/12'") == true)
        #expect(!HostFiles.exists(fixture.directories.data), "reading makes nothing")
    }

    @Test(arguments: [
        (BoxReference.location("./boxes/my own"), "'/project/boxes/my own'"),
        (.location("/srv/box.tar"), "'/srv/box.tar'"),
        (.image("registry/name:1"), "'oci:registry/name:1'"),
    ])
    func aPlaceThatWasNotAddedNamesTheCommand(reference: BoxReference, place: String) throws {
        let fixture = try BoxStoreFixture()
        let error = #expect(throws: BoxError.self) {
            try fixture.store.resolve(reference, base: "/project", formats: [.directories])
        }
        #expect(error?.code == .missing)
        #expect(error?.message.contains(place) == true && error?.help?.contains("'devenv up'") == true)
    }

    @Test func listingAnAbsentStoreFindsNothing() throws {
        let fixture = try BoxStoreFixture()
        #expect(try fixture.store.list().isEmpty)
        #expect(!HostFiles.exists(fixture.directories.data))
    }

    @Test(
        .requiresRoot,
        arguments: [
            ("~> 12.0", true), ("~> 12.11", true), ("~> 12.12", false), ("~> 11.0", false), ("12.11", true),
            ("= 12.11.0", true),
            (">= 12.1, < 13", true), ("> 12.11", false), ("!= 12.11", false), ("<= 12.10", false), ("~> 12", true),
        ])
    func aConstraintIsHeldAgainstTheVersion(constraint: String, admitted: Bool) async throws {
        let fixture = try BoxStoreFixture()
        _ = try await fixture.store.add(try fixture.makeTree(), name: "test", version: "12.11")
        let reference = BoxReference.named("test", constraint: VersionConstraint(parsing: constraint))
        if admitted {
            #expect(try fixture.store.resolve(reference, base: "/", formats: [.directories]).name == "test")
        } else {
            let error = #expect(throws: BoxError.self) {
                try fixture.store.resolve(reference, base: "/", formats: [.directories])
            }
            #expect(error?.description.contains("12.11") == true)
            #expect(error?.description.contains(constraint) == true)
        }
    }
}
