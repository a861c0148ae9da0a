import DevenvCommands
import DevenvHost
import DevenvTestSupport
import FoundationEssentials
import SystemPackage
import Testing

/// `up` with boxes that only a catalog has, and what it pins.
@Suite(.requiresRoot, .requires(tool: "tar", "zstd")) struct CatalogUpTests {

    @Test func aMissingBoxIsGotOnceAndPinned() async throws {
        try await CommandRig.withCatalog { rig in
            let plan = await rig.run("plan")
            #expect(plan.status == .changes, "\(plan.error)")
            #expect(plan.output.contains("get team/base 1.0"), "\(plan.output)")
            #expect(plan.output.contains("from \(rig.directory.path)/catalog ("), "\(plan.output)")
            #expect(try rig.directory.read("Envfile.lock") == nil)
            let up = await rig.run("up")
            #expect(up.status == .done, "\(up.error)")
            #expect(
                up.error.split(separator: "\n").count { $0.contains("==> get team/base 1.0 (") } == 1, "\(up.error)")
            let lock = try #require(try rig.directory.read("Envfile.lock"))
            let digest = try rig.digest("1.0")
            #expect(lock.contains("\"version\": \"1.0\"") && lock.contains(digest), "\(lock)")
            #expect(await rig.run("up").error.contains("Nothing to do"))
        }
    }

    @Test func othersGetWhatIsPinned() async throws {
        try await CommandRig.withCatalog { rig in
            #expect(await rig.run("up").status == .done)
            let pinned = try rig.directory.read("Envfile.lock")
            #expect(await rig.run("destroy", "-f").status == .done)
            try await rig.publish("2.0")
            try rig.forgetBoxes()
            let up = await rig.run("up", "--locked")
            #expect(up.status == .done, "\(up.error)")
            #expect(up.error.contains("get team/base 1.0"), "\(up.error)")
            #expect(try rig.directory.read("Envfile.lock") == pinned)

            let update = await rig.run("box", "update")
            #expect(update.error.contains("Pinned team/base 2.0 in place of 1.0"), "\(update.error)")
            #expect(try rig.directory.read("Envfile.lock")?.contains(try rig.digest("2.0")) == true)
            #expect(await rig.run("box", "update").error.contains("team/base is up to date (2.0)"))
        }
    }

    @Test func nothingIsPinnedWhereThatIsForbidden() async throws {
        try await CommandRig.withCatalog { rig in
            let refused = await rig.run("up", "--locked")
            #expect(refused.status == .failed)
            #expect(refused.error.contains("the box 'team/base' is not in the lock file"), "\(refused.error)")
            let lock = try rig.directory.read("Envfile.lock")
            #expect(lock == nil)
            #expect(await rig.run("up").status == .done)
            #expect(await rig.run("up", "--locked").status == .done)
        }
    }

    @Test func lockPinsWithoutMakingMachines() async throws {
        try await CommandRig.withCatalog { rig in
            let locked = await rig.run("lock")
            #expect(locked.status == .done, "\(locked.error)")
            #expect(locked.error.contains("Pinned team/base 1.0 for directories, sha256:"), "\(locked.error)")
            let lock = try #require(try rig.directory.read("Envfile.lock"))
            #expect(lock.contains(try rig.digest("1.0")))
            #expect(await rig.run("status").output.contains("not created"))
            #expect(await rig.run("lock").error == "Envfile.lock is up to date: 1 box.\n")
            try rig.forgetBoxes()
            #expect(await rig.run("lock").error == "Envfile.lock is up to date: 1 box.\n", "a pin needs no box")
            #expect(await rig.run("up", "--locked").status == .done)
            #expect(try rig.directory.read("Envfile.lock") == lock)
        }
    }

    @Test func lockMovesAndDropsPins() async throws {
        try await CommandRig.withCatalog { rig in
            #expect(await rig.run("lock").status == .done)
            try await rig.publish("2.0")
            #expect(await rig.run("lock").error == "Envfile.lock is up to date: 1 box.\n")
            let update = await rig.run("lock", "--update")
            #expect(update.error.contains("Pinned team/base 2.0 in place of 1.0"), "\(update.error)")
            let kept = try #require(try rig.directory.read("Envfile.lock"))
            #expect(kept.contains(try rig.digest("2.0")))

            try rig.directory.write(
                "version: 1\ncatalogs: [./catalog]\nmachines: { web: { box: 'team/base@~> 1.0' }, db: { box: test } }\n",
                to: "Envfile")
            let changed = await rig.run("lock")
            #expect(changed.status == .done, "\(changed.error)")
            #expect(changed.error.contains("Pinned team/base 1.0 for directories"), "\(changed.error)")
            #expect(
                changed.error.contains("Dropped team/base 2.0, which the Envfile does not name any more"),
                "\(changed.error)")
            #expect(changed.error.contains("the box 'test' is not pinned: it came from no catalog"), "\(changed.error)")
        }
    }

    @Test func whatIsNotPinnedYetIsPinnedByAnUpWithNothingToDo() async throws {
        try await CommandRig.withCatalog { rig in
            #expect(await rig.run("up").status == .done)
            let lock = try #require(try rig.directory.read("Envfile.lock"))
            try HostFiles.remove(rig.directory.path.appending("Envfile.lock"))
            #expect(await rig.run("plan").status == .done)
            #expect(try rig.directory.read("Envfile.lock") == nil)
            let refused = await rig.run("up", "--locked")
            #expect(refused.status == .failed && refused.error.contains("is not in the lock file"), "\(refused.error)")
            let up = await rig.run("up")
            #expect(up.status == .done && up.error.contains("Nothing to do"), "\(up.error)")
            #expect(try rig.directory.read("Envfile.lock") == lock)
        }
    }

    @Test(.requires(tool: "ssh-keygen")) func aKeyIsRememberedByUpAndNotByWhoOnlyLooks() async throws {
        try await CommandRig.withCatalog { rig in
            let key = rig.directory.path.appending("key").string
            let call = ToolInvocation("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])
            #expect(try await SystemToolRunner().run(call).status == 0)
            let tree = rig.directory.path.appending("tree-1.0").string
            #expect(await rig.run("box", "add", tree, "--name", "made", "--box-version", "2.0").status == .done)
            let published = await rig.run("box", "publish", "made", "--as", "team/base", "--to", "signed", "--key", key)
            #expect(published.status == .done, "\(published.error)")
            try rig.forgetBoxes()
            try rig.directory.write(
                "version: 1\ncatalogs: ./signed\nmachines: { web: { box: team/base } }\n", to: "Envfile")
            let known = rig.directory.path.appending("home/config/catalogs.json")
            let plan = await rig.run("plan")
            #expect(plan.output.contains("signed with the key SHA256:"), "\(plan.output)\(plan.error)")
            let list = await rig.run("catalog", "list", "signed")
            #expect(list.error.contains("which is remembered once"), "\(list.error)")
            #expect(!HostFiles.exists(known))
            let up = await rig.run("up")
            #expect(up.status == .done && up.error.contains("is now believed with the key SHA256:"), "\(up.error)")
            #expect(HostFiles.exists(known))
            #expect(await rig.run("catalog", "list", "signed").error.isEmpty)
        }
    }

    @Test(arguments: ["digest", "version", "text"]) func aTamperedLockIsRefused(what: String) async throws {
        try await CommandRig.withCatalog { rig in
            #expect(await rig.run("up").status == .done)
            #expect(await rig.run("destroy", "-f").status == .done)
            try rig.forgetBoxes()
            let lock = try #require(try rig.directory.read("Envfile.lock"))
            let digest = try rig.digest("1.0")
            switch what {
            case "digest":
                let other = "sha256:" + String(repeating: "0", count: 64)
                try rig.directory.write(lock.split(separator: digest).joined(separator: other), to: "Envfile.lock")
            case "version":
                try rig.directory.write(
                    lock.split(separator: "\"1.0\"").joined(separator: "\"3.0\""), to: "Envfile.lock")
            default: try rig.directory.write(String(lock.dropLast(10)), to: "Envfile.lock")
            }
            let up = await rig.run("up")
            #expect(up.status == .failed)
            let says = ["digest": "the lock file pins the box 'team/base' 1.0 with the digest", "version": "'= 3.0'"]
            #expect(up.error.contains(says[what] ?? "Envfile.lock:"), "\(up.error)")
            #expect(await rig.run("status", "--json").output.contains("not-created"))
        }
    }

    /// The catalog's own file is not what its listing says.
    @Test func aTamperedBoxIsRefused() async throws {
        try await CommandRig.withCatalog { rig in
            let folder = rig.directory.path.appending("catalog/files/team/base~1.0")
            let file = folder.appending(try #require(try HostFiles.list(folder).first))
            var bytes = try HostFiles.read(file) ?? []
            bytes[bytes.count / 2] ^= 1
            try AtomicFile.write(bytes, to: file)
            let up = await rig.run("up")
            #expect(up.status == .failed)
            #expect(up.error.contains("checksum") || up.error.contains("digest"), "\(up.error)")
            #expect(try HostFiles.list(rig.directory.path.appending("home/boxes/images")).count == 1)
            #expect(try rig.directory.read("Envfile.lock") == nil)
            let verify = await rig.run("catalog", "verify", "catalog")
            #expect(verify.status == .failed)
            #expect(verify.output.contains("team/base 1.0 (devenv-container): "), "\(verify.output)")
        }
    }

    @Test func withoutACatalogTheCommandsThatMakeTheBoxAreNamed() async throws {
        try await CommandRig.withCatalog { rig in
            try rig.directory.write("version: 1\nmachines: { web: { box: team/base } }\n", to: "Envfile")
            let up = await rig.run("up")
            #expect(up.status == .failed)
            #expect(up.error.contains("devenv box build team/base"), "\(up.error)")
            #expect(await rig.run("catalog", "add", "catalog").status == .done)
            #expect(await rig.run("catalog", "list").output.contains("/catalog"))
            #expect(await rig.run("up").status == .done)
            #expect(await rig.run("catalog", "remove", "catalog").status == .done)
            #expect(await rig.run("catalog", "list").output.contains("You have no catalogs"))
        }
    }

    @Test func aCatalogWithAKeyIsHeldToIt() async throws {
        try await CommandRig.withCatalog { rig in
            let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0OtlF2qh9h1u7wUCbKvKXUTgMXzK0vmLGkQrGGEpUg"
            try rig.directory.write(
                "version: 1\ncatalogs: [{location: ./catalog, key: \(key)}]\nmachines: { web: { box: team/base } }\n",
                to: "Envfile")
            let up = await rig.run("up")
            #expect(up.status == .failed)
            #expect(up.error.contains("is not signed"), "\(up.error)")
        }
    }
}

extension CommandRig {
    /// Runs the body in a project whose box is nowhere but in a catalog beside the Envfile, in the version 1.0.
    fileprivate static func withCatalog(_ body: (CommandRig) async throws -> Void) async throws {
        try await with { rig in
            try rig.directory.write(
                "version: 1\ncatalogs: [./catalog]\nmachines: { web: { box: team/base }, db: { box: team/base } }\n",
                to: "Envfile")
            try await rig.publish("1.0")
            try rig.forgetBoxes()
            try await body(rig)
        }
    }

    /// Publishes a box of its own content.
    fileprivate func publish(_ version: String) async throws {
        try directory.write("\(version)\n", to: "tree-\(version)/etc/hostname")
        let added = await run("box", "add", "tree-\(version)", "--name", "made-\(version)", "--box-version", version)
        #expect(added.status == .done, "\(added.error)")
        let published = await run("box", "publish", "made-\(version)", "--as", "team/base", "--to", "catalog")
        #expect(published.status == .done, "\(published.error)")
    }

    /// Makes this host one that has only the box that machines of other tests start from.
    fileprivate func forgetBoxes() throws {
        for name in try HostFiles.list(directory.path.appending("home/boxes/names")) where name != "test.json" {
            try HostFiles.remove(directory.path.appending("home/boxes/names").appending(name))
        }
        let images = directory.path.appending("home/boxes/images")
        for image in try HostFiles.list(images) where try hostname(in: images.appending(image)) != "" {
            try HostFiles.remove(images.appending(image))
        }
    }

    private func hostname(in image: FilePath) throws -> String {
        String(decoding: try HostFiles.read(image.appending("rootfs/etc/hostname")) ?? [], as: UTF8.self)
    }

    /// The digest of a version's image.
    fileprivate func digest(_ version: String) throws -> String {
        struct Listing: Decodable {
            struct Version: Decodable {
                let version: String
                let providers: [Provider]
            }
            struct Provider: Decodable { let devenv: Own }
            struct Own: Decodable { let digest: String }
            let versions: [Version]
        }
        let bytes = try HostFiles.read(directory.path.appending("catalog/boxes/team/base.json")) ?? []
        let listing = try JSONDecoder().decode(Listing.self, from: Data(bytes))
        return try #require(listing.versions.first { $0.version == version }?.providers.first?.devenv.digest)
    }
}
