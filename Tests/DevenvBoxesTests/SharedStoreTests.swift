import DevenvBoxes
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// A store of the host's administrator under the own one.
@Suite(.requires(tool: "qemu-img")) struct SharedStoreTests {
    @Test func whatCameFromCatalogsIsListedByItsNames() async throws {
        let host = try BoxStoreFixture()
        let user = try BoxStoreFixture(sharing: host.directories.boxes)
        func naming(_ name: String, _ version: String, of catalog: String?, on architecture: String?) -> BoxStore.Naming
        {
            BoxStore.Naming(
                name: name, version: version, architecture: architecture, catalog: catalog, source: "somewhere")
        }
        let disk = try await host.makeDisk()
        _ = try await host.store.add(disk, as: naming("shared", "1.0", of: "/srv/host", on: "amd64"))
        _ = try await user.store.add(disk, as: naming("own", "2.0", of: "/srv/own", on: nil))
        _ = try await user.store.add(disk, as: naming("own", "10.0", of: "/srv/own", on: "arm64"))
        _ = try await user.store.add(disk, as: naming("made", "1.0", of: nil, on: nil))
        let boxes = try await user.store.fromCatalogs()
        #expect(
            boxes.map { "\($0.name) \($0.version?.text ?? "") \($0.catalog)" } == [
                "own 2.0 /srv/own", "own 10.0 /srv/own", "shared 1.0 /srv/host",
            ])
        #expect(boxes.map(\.architecture) == [nil, "arm64", "amd64"])
        #expect(boxes.allSatisfy { $0.format == .qcow2 })
    }

    @Test func itsBoxesAreThereAndItIsNeverWrittenTo() async throws {
        let host = try BoxStoreFixture()
        let user = try BoxStoreFixture(sharing: host.directories.boxes)
        let shared = try await host.store.add(try await host.makeDisk(), name: "team/base", version: "1.0")
        let before = try Self.everything(below: host.directories.boxes)

        #expect(try user.store.list().map(\.isShared) == [true])
        let image = try user.store.resolve(.named("team/base", constraint: nil), base: "/", formats: [.qcow2])
        #expect(image.digest == shared.digest)
        #expect(image.layers.first?.starts(with: host.directories.boxes) == true)
        #expect(try user.store.image(withDigest: image.digest, name: "team/base") == image)
        #expect(try await user.store.isIntact("team/base"))

        let web = BoxStoreFixture.machine("web")
        try user.store.retain(image.digest, by: web)
        try user.store.retain(image.digest, by: web)
        #expect(try user.store.users(of: try #require(try user.store.list().first)) == ["shop/web"])
        #expect(
            try host.store.users(of: shared) == [], "what one user needs is the administrator's business only if told")
        try user.store.release(image.digest, by: web)
        #expect(try user.store.users(of: try #require(try user.store.list().first)) == [])

        let store = user.store
        let error = await #expect(throws: BoxError.self) { try await store.remove("team/base") }
        #expect(error?.code == .notPermitted)
        #expect(error?.description.contains(host.directories.boxes.string) == true)
        #expect(try await user.store.prune(BoxStore.Pruning()).boxes.isEmpty)
        try await user.store.collectGarbage()
        #expect(try Self.everything(below: host.directories.boxes) == before)
    }

    @Test func aMachineOfASharedVagrantBoxFindsItsKey() async throws {
        let host = try BoxStoreFixture()
        let user = try BoxStoreFixture(sharing: host.directories.boxes)
        let box = try await host.makeVagrantBox(
            ["metadata.json": #"{"provider": "libvirt"}"#], disks: ["box.img": try await host.makeDisk()])
        let shared = try await host.store.add(box, name: "a")
        try user.store.retain(shared.digest, by: BoxStoreFixture.machine("web"))
        let image = try user.store.resolve(.named("a", constraint: nil), base: "/", formats: [.qcow2])
        guard case .knownKey(let key) = image.introduction else {
            Issue.record("\(image.introduction)")
            return
        }
        #expect(key.starts(with: user.directories.boxes))
        #expect(try user.mode(of: key) == 0o600)
        #expect(try HostFiles.read(key)?.starts(with: Array("-----BEGIN RSA PRIVATE KEY-----".utf8)) == true)
    }

    @Test func ownBoxesComeFirstAndBesideTheShared() async throws {
        let host = try BoxStoreFixture()
        let user = try BoxStoreFixture(sharing: host.directories.boxes)
        _ = try await host.store.add(try await host.makeDisk(), name: "a", version: "1.0")
        _ = try await host.store.add(try await host.makeDisk(named: "two", content: 9), name: "a", version: "2.0")
        let own = try await user.store.add(try await user.makeNoise(), name: "a", version: "1.0")
        #expect(try user.store.list().map(\.version) == ["1.0", "2.0"])
        #expect(try user.store.list().map(\.isShared) == [false, true])
        let old = try user.store.resolve(
            .named("a", constraint: VersionConstraint(parsing: "< 2")), base: "/", formats: [.qcow2])
        #expect(old.digest == own.digest)
        try await user.store.remove("a")
        #expect(try user.store.list().map(\.isShared) == [true, true])
    }

    @Test func aSharedBoxThatGoesIsMissed() async throws {
        let host = try BoxStoreFixture()
        let user = try BoxStoreFixture(sharing: host.directories.boxes)
        let shared = try await host.store.add(try await host.makeDisk(), name: "a")
        try user.store.retain(shared.digest, by: BoxStoreFixture.machine("web"))
        try await host.store.remove("a")
        let error = #expect(throws: BoxError.self) {
            try user.store.retain(shared.digest, by: BoxStoreFixture.machine("web"))
        }
        #expect(error?.code == .missing)
        #expect(try user.store.list().isEmpty)
        try user.store.release(shared.digest, by: BoxStoreFixture.machine("web"))
    }

    @Test func theOwnStoreIsNotUnderItself() throws {
        let directories = HostDirectories(environment: ["DEVENV_HOME": "/x"], userID: 0)
        #expect(directories.sharedBoxes == "/var/lib/devenv/boxes")
        #expect(HostDirectories(environment: [:], userID: 0).sharedBoxes == nil)
        #expect(HostDirectories(environment: ["HOME": "/home/a"], userID: 5).sharedBoxes == "/var/lib/devenv/boxes")
        let none = HostDirectories(environment: ["DEVENV_HOME": "/x", "DEVENV_SHARED_BOXES": ""], userID: 5)
        #expect(none.sharedBoxes == nil)
        let other = HostDirectories(environment: ["DEVENV_HOME": "/x", "DEVENV_SHARED_BOXES": "/srv/boxes"], userID: 5)
        #expect(other.sharedBoxes == "/srv/boxes")
    }

    /// The paths below a directory, each with its content.
    private static func everything(below directory: FilePath) throws -> [String] {
        try HostFiles.list(directory).flatMap { name -> [String] in
            let path = directory.appending(name)
            if HostFiles.isDirectory(path) { return ["\(path)"] + (try everything(below: path)) }
            return ["\(path) \((try HostFiles.read(path) ?? []).hashValue)"]
        }
    }
}
