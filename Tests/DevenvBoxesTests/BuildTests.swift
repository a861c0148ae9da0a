import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import DevenvBoxes

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
        #expect(error?.part == .package("no-such-package"))
        #expect(try fixture.store.list().isEmpty)
        #expect(try fixture.staging().isEmpty)
    }
}

/// Boxes with files and scripts of the user's own.
@Suite(.requiresRoot, .requires(tool: "mmdebstrap", "unshare", "setpriv", "perl", "flock"))
struct BuildDefinitionTests {
    @Test func aScriptThatFailsIsNamedWithItsLastWordsAndNothingIsLeft() async throws {
        let fixture = try BoxStoreFixture()
        var recipe = BoxRecipe(suite: "bookworm")
        recipe.files = [BoxFile(.text("hello\n"), target: "/etc/deep/greeting", owner: "root:dev", mode: 0o640)]
        recipe.scripts = [
            BoxScript(.text("#!/bin/bash\nset -e\nuseradd --system app\n"), label: "'first.sh'"),
            BoxScript(
                .text("stat -c '%U:%G %a' /etc/deep/greeting; id -u app >/dev/null && cat /etc/deep/*; exit 3"),
                label: "'second.sh'"),
        ]
        let naming = BoxStore.Naming(name: "mine", source: "definition of a test")
        let error = await #expect(throws: BoxError.self) {
            try await BoxBuilder(store: fixture.store).build(recipe, as: naming)
        }
        #expect(error?.part == .script(1))
        #expect(error?.description.contains("'second.sh' failed with status 3: root:dev 640; hello") == true)
        #expect(try fixture.store.list().isEmpty)
        #expect(try fixture.staging().isEmpty)
    }

    /// A snapshot whose box is there already is not asked for anything.
    @Test func nothingIsBuiltWhereNothingElseCanComeOut() async throws {
        let fixture = try BoxStoreFixture(runner: RunnerWithout(tool: "mmdebstrap"))
        var recipe = BoxRecipe(suite: "bookworm")
        recipe.archive = .snapshot("20260301T000000Z")
        var naming = BoxStore.Naming(name: "mine", source: "definition of a test")
        naming.info = ["definition": try BuildPayload.digest(of: recipe).description]
        let tree = try fixture.makeTree()
        let known = try await fixture.store.withStaging("a test") { staging throws(BoxError) in
            try await fixture.store.publish(try await fixture.store.prepare(tree: tree, naming, in: staging))
        }
        let built = try await BoxBuilder(store: fixture.store).build(recipe, as: naming)
        #expect(built == BuiltBox(record: known, isNew: false))

        recipe.scripts = [BoxScript(.text("true"), label: "one that changes all")]
        let error = await #expect(throws: BoxError.self) {
            try await BoxBuilder(store: fixture.store).build(recipe, as: naming)
        }
        #expect(error?.code == .toolMissing, "what another definition made is not taken for this one's")
    }

    @Test func aNameThatStandsForSomethingElseIsRefused() async throws {
        let fixture = try BoxStoreFixture(runner: RunnerWithout(tool: "mmdebstrap"))
        _ = try await fixture.store.add(try fixture.makeTree(), name: "mine")
        let naming = BoxStore.Naming(name: "mine", source: "definition of a test")
        let error = await #expect(throws: BoxError.self) {
            try await BoxBuilder(store: fixture.store).build(BoxRecipe(suite: "bookworm"), as: naming)
        }
        #expect(error?.code == .taken)
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
