import DevenvBoxes
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import Synchronization
import SystemPackage
import Testing

@Suite(.requiresRoot, .requires(tool: "mmdebstrap")) struct BuildTests {
    @Test func theSamePackagesGiveTheSameBox() async throws {
        let fixture = try BoxStoreFixture()
        let builder = BoxBuilder(store: fixture.store)
        let lines = Mutex<[String]>([])
        let first = try await builder.build("debian/12") { line in lines.withLock { $0.append(line) } }
        let second = try await builder.build("other", suite: "bookworm")

        #expect(first.digest == second.digest)
        #expect(first.user == "dev")
        #expect(first.version?.hasPrefix("12.") == true)
        #expect(lines.withLock { $0.contains { $0.contains("installing") } })
        #expect(try fixture.staging().isEmpty)
        #expect(try await fixture.store.isIntact("debian/12"))
        try checkContent(
            of: try fixture.store.resolve(
                .named("debian/12", constraint: VersionConstraint(parsing: "~> 12.0")), base: "/",
                formats: [.directories]))
    }

    private func checkContent(of image: BoxImage) throws {
        let tree = try #require(image.layers.first)
        for program in [
            "usr/sbin/sshd", "usr/bin/sudo", "usr/bin/rsync", "usr/bin/python3", "usr/sbin/ip", "usr/bin/ping",
        ] {
            #expect(HostFiles.kind(tree.appending(program)) != nil, "\(program)")
        }
        #expect(try HostFiles.read(tree.appending("etc/machine-id")) == [])
        #expect(try HostFiles.list(tree.appending("etc/ssh")).allSatisfy { !$0.hasPrefix("ssh_host_") })
        let shadow = String(decoding: try HostFiles.read(tree.appending("etc/shadow")) ?? [], as: UTF8.self)
        #expect(shadow.contains("\ndev:*:"))
        let sudoers = String(decoding: try HostFiles.read(tree.appending("etc/sudoers.d/dev")) ?? [], as: UTF8.self)
        #expect(sudoers == "dev ALL=(ALL:ALL) NOPASSWD: ALL\n")
        #expect(!HostFiles.exists(tree.appending("etc/apt/apt.conf.d/99mmdebstrap")))
    }

    @Test func aPackageThatDoesNotExistIsNamedAndNothingIsLeft() async throws {
        let fixture = try BoxStoreFixture()
        let error = await #expect(throws: BoxError.self) {
            try await BoxBuilder(store: fixture.store).build("debian/12", packages: ["no-such-package"])
        }
        #expect(error?.code == .failed)
        #expect(error?.description.contains("no-such-package") == true)
        #expect(try fixture.store.list().isEmpty)
        #expect(try fixture.staging().isEmpty)
    }
}

@Suite(.requiresRoot) struct BuildRefusalTests {
    @Test func aMissingMmdebstrapNamesTheCommandThatInstallsIt() async throws {
        let fixture = try BoxStoreFixture(runner: RunnerWithout(tool: "mmdebstrap"))
        let error = await #expect(throws: BoxError.self) {
            try await BoxBuilder(store: fixture.store).build("debian/12")
        }
        #expect(error?.code == .toolMissing)
        #expect(error?.description.contains("apt-get install mmdebstrap") == true)
        #expect(try fixture.staging().isEmpty)
    }

    @Test(arguments: ["--hook=evil", "a b", "a,b", "$(id)", ""])
    func whatIsNoPackageIsRefused(package name: String) async throws {
        let fixture = try BoxStoreFixture()
        let error = await #expect(throws: BoxError.self) {
            try await BoxBuilder(store: fixture.store).build("debian/12", packages: [name])
        }
        #expect(error?.code == .invalid)
        #expect(!HostFiles.exists(fixture.directories.data))
    }

    @Test func aTakenNameIsRefusedBeforeAnythingIsFetched() async throws {
        let fixture = try BoxStoreFixture(runner: RunnerWithout(tool: "mmdebstrap"))
        _ = try await fixture.store.add(try fixture.makeTree(), name: "debian/12")
        let error = await #expect(throws: BoxError.self) {
            try await BoxBuilder(store: fixture.store).build("debian/12")
        }
        #expect(error?.code == .taken)
    }
}
