import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Catalogs and boxes in a real registry, as people and programs see them.
@Suite(.requires(tool: "qemu-img", "docker-registry", "skopeo", "zstd", "openssl")) struct RegistryCommandTests {
    @Test func aBoxGoesRoundByARegistry() async throws {
        try await RegistryPlace.with { place in
            try await place.publish("1.0")
            let added = try await place.expect("catalog", "add", place.catalog)
            #expect(added.errors == "Added the catalog \(place.catalog): 1 box\n")
            #expect(try await place.expect("catalog", "list", place.catalog).text.contains("base  1.0"))
            let got = try await place.expect("box", "add", "base")
            #expect(got.text.hasPrefix("Added base 1.0: "), "\(got.transcript)")
            #expect(try await place.expect("box", "outdated").text == "1 box is up to date.\n")

            try await place.publish("1.1")
            #expect(try await place.expect("box", "outdated", "--json").text.contains("\"newest\" : \"1.1\""))
            let before = try place.server.transfers().count
            #expect(try await place.expect("box", "update").errors.contains("Got base 1.1"))
            let moved = try place.server.transfers().count - before
            #expect((1...6).contains(moved), "only what has changed, and the artifact's description: \(moved) blobs")
            try await place.expect("box", "verify", "base")
            #expect(try await place.expect("catalog", "verify").text.contains("1 box, not signed"))
            try await place.expect("catalog", "remove", place.catalog)
        }
    }

    @Test func gettingABoxIsShownAsADownload() async throws {
        try await RegistryPlace.with { place in
            try await place.publish("1.0")
            let got = try await place.expect("box", "add", "base", "--catalog", place.catalog)
            #expect(got.errors.hasPrefix("base 1.0: downloading 2"), "\(got.transcript)")
            try place.forgetBoxes()
            let lines = try await place.expect("box", "add", "base", "--catalog", place.catalog, "--json").text
                .split(separator: "\n")
            #expect(lines.first?.contains("\"event\":\"download\"") == true, "\(lines)")
            #expect(lines.first?.contains("\"state\":\"started\"") == true, "\(lines)")
            #expect(
                lines.contains { $0.contains("\"state\":\"progress\"") && $0.contains("\"received\":2") }, "\(lines)")
            #expect(lines.last?.contains("\"box\":{") == true && lines.last?.contains("\"event\":\"result\"") == true)
            try await place.sendImage("own", to: "\(place.server.host)/image:1")
            let image = try await place.run(
                "box", "add", "oci:\(place.server.host)/image:1", "--name", "image", "--json")
            #expect(image.text.contains("\"subject\":\"image\""), "\(image.transcript)")
        }
    }

    /// One look at the tag, whatever the number of boxes; and no blob where nothing has changed.
    @Test func boxesAreComparedByOneRequest() async throws {
        try await RegistryPlace.with { place in
            let command = try await place.publication("1.0")
            for name in ["one", "two", "three"] {
                let outcome = try await place.publisher(command + ["--as", name])
                #expect(outcome.status == 0, "\(outcome.transcript)")
                try await place.expect("box", "add", name, "--catalog", place.catalog)
            }
            let before = try place.server.requests()
            #expect(try await place.expect("box", "outdated").text == "3 boxes are up to date.\n")
            let after = try place.server.requests().dropFirst(before.count).filter { $0.contains("team") }
            #expect(after.count == 1 && after.allSatisfy { $0.contains("/manifests/devenv-catalog") }, "\(after)")
        }
    }

    @Test(.requires(tool: "ssh-keygen")) func aSignedCatalogIsHeldToItsKey() async throws {
        try await RegistryPlace.with { place in
            let key = try await place.key()
            try await place.publish("1.0", "--key", key)
            let added = try await place.expect("catalog", "add", place.catalog)
            #expect(added.errors.contains("It is signed with the key SHA256:"), "\(added.transcript)")
            let unsigned = try await place.publisher(try await place.publication("1.1"))
            #expect(
                unsigned.status == 1 && unsigned.errors.contains("is signed with the key"), "\(unsigned.transcript)")
            // whoever has the registry puts another catalog there
            let other = place.directory.path.appending("other").string
            for copy in [["docker://\(place.server.host)/x/devenv-catalog:devenv-catalog", "dir:\(other)"]] {
                let made = try await place.publisher(
                    try await place.publication("1.1").map { $0 == place.catalog ? "oci://\(place.server.host)/x" : $0 }
                )
                #expect(made.status == 0, "\(made.transcript)")
                try await place.tool("skopeo", "copy", "-q", "--src-tls-verify=false", copy[0], copy[1])
            }
            try await place.tool(
                "skopeo", "copy", "-q", "--dest-tls-verify=false", "dir:\(other)",
                "docker://\(place.server.host)/team/devenv-catalog:devenv-catalog")
            let refused = try await place.run("box", "add", "base")
            #expect(refused.status == 1 && refused.errors.contains("is not signed"), "\(refused.transcript)")
            #expect(try HostFiles.list(place.images) == [])
        }
    }

    /// The tag stands for what it stood for before; what a project has pinned is not exchanged for that.
    @Test(.requiresRoot, .requires(tool: "tar")) func upGetsWhatIsPinnedOrNothing() async throws {
        try await RegistryPlace.with { place in
            try place.directory.write(
                "version: 1\ncatalogs: \(place.catalog)\nprovider: container\nmachines: {a: {box: tree}}\n",
                to: "Envfile")
            try await place.publishTree("1.0")
            let old = place.directory.path.appending("old").string
            let tag = "docker://\(place.server.host)/team/devenv-catalog:devenv-catalog"
            try await place.tool("skopeo", "copy", "-q", "--src-tls-verify=false", tag, "dir:\(old)")
            try await place.publishTree("2.0")
            let plan = try await place.run("plan")
            #expect(plan.text.contains("get tree 2.0") && plan.text.contains("from \(place.catalog) ("))
            _ = try await place.upToMachine()
            let lock = try #require(try place.directory.read("Envfile.lock"))
            #expect(
                lock.contains("\"catalog\": \"\(place.catalog)\"") && lock.contains("\"version\": \"2.0\""), "\(lock)")
            try place.forgetBoxes()

            try await place.tool("skopeo", "copy", "-q", "--dest-tls-verify=false", "dir:\(old)", tag)
            let refused = try await place.run("up")
            #expect(refused.status == 1 && refused.errors.contains("'= 2.0'"), "\(refused.transcript)")
            #expect(try HostFiles.list(place.images) == [])
            try await place.publishTree("2.0")
            let again = try await place.upToMachine("--locked")
            #expect(again.errors.contains("get tree 2.0"), "\(again.transcript)")
            #expect(try place.directory.read("Envfile.lock") == lock)
        }
    }

    /// Two hosts publish at the same moment; neither box is lost.
    @Test func whoPublishesAtTheSameMomentIsNotLost() async throws {
        try await RegistryPlace.with { place in
            try await place.publish("1.0")
            let mine = try await place.publication("1.1")
            _ = try await place.publication("1.2")
            let disk = place.directory.path.appending("1.2.qcow2").string
            try await place.expect("box", "add", disk, "--name", "base", "--box-version", "1.2")
            let trace = place.directory.path.appending("trace").string
            let outcome = try await place.publisher(
                mine, standingStillAt: "registry.catalog.sent", environment: ["DEVENV_FAULT_TRACE": trace]
            ) {
                try await place.expect("box", "publish", "base", "--to", place.catalog)
            }
            #expect(outcome.status == 0, "\(outcome.transcript)")
            #expect(
                try place.directory.read("trace")?.split(separator: "\n").count { $0 == "registry.catalog.sent" } == 2)
            let list = try await place.expect("catalog", "list", place.catalog, "--json").text
            for version in ["1.0", "1.1", "1.2"] { #expect(list.contains("\"version\" : \"\(version)\""), "\(list)") }
        }
    }
}

/// Commands about registries, ended with SIGKILL between any two of their effects.
@Suite(.requires(tool: "qemu-img", "docker-registry", "skopeo", "zstd", "openssl", "ssh-keygen"))
struct RegistryKillTests {
    @Test func aKilledPublicationLeavesAWholeCatalog() async throws {
        try await RegistryPlace.with { place in
            let key = try await place.key()
            try await place.publish("1.0", "--key", key)
            let rehearsal = try await place.publication("1.1", ["--key", key])
            let points = try await place.points(of: rehearsal) { try await place.publisher($0, environment: $1) }
                .filter { !$0.hasPrefix("boxes.staging") }
            #expect(
                points.contains("catalogs.registry.sent#1") && points.contains("registry.catalog.moved#1"), "\(points)")
            for (index, point) in points.enumerated() {
                let version = "2.\(index)"
                let publication = try await place.publication(version, ["--key", key])
                let killed = try await place.publisher(publication, environment: ["DEVENV_FAULT": point])
                #expect(killed.status == 137, "\(point): \(killed.transcript)")
                try await place.expect("catalog", "verify", place.catalog)
                let completed = try await place.publisher(publication)
                #expect(completed.status == 0, "\(point): \(completed.transcript)")
                let list = try await place.expect("catalog", "list", place.catalog, "--json")
                #expect(list.text.contains("\"version\" : \"\(version)\""), "\(point): \(list.transcript)")
            }
            try await place.expect("box", "add", "base", "--catalog", place.catalog)
            try await place.expect("box", "verify", "base")
        }
    }

    @Test func aKilledAdditionLeavesNothingThatIsTrusted() async throws {
        try await RegistryPlace.with { place in
            try await place.publish("1.0")
            let add = ["box", "add", "base", "--catalog", place.catalog]
            let points = try await place.points(of: add) { try await place.run($0, environment: $1) }
            #expect(points.contains("registry.pull.fetched#1") && points.contains("boxes.add.published#1"), "\(points)")
            for point in points {
                try HostFiles.remove(place.home)
                let killed = try await place.run(add, environment: ["DEVENV_FAULT": point])
                #expect(killed.status == 137, "\(point): \(killed.transcript)")
                let names = try HostFiles.list(place.home.appending("boxes/names")).filter { $0.hasSuffix(".json") }
                if !names.isEmpty { try await place.expect("box", "verify", "base") }
                try await place.expect("box", "add", "base", "--catalog", place.catalog)
                try await place.expect("box", "verify", "base")
                try await place.expect("box", "gc")
                #expect(try HostFiles.list(place.images).count == 1, "\(point)")
                #expect(try HostFiles.list(place.staging) == [], "\(point)")
            }
        }
    }
}
