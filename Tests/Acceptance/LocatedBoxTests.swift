import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Boxes that an Envfile names by where they are. No machine is made: `up` is ended as soon as it has come to that.
@Suite(.requiresRoot, .requires(tool: "docker-registry", "skopeo", "zstd", "bsdtar", "tar"))
struct LocatedBoxTests {
    @Test func anImageIsPinnedByItsDigest() async throws {
        try await RegistryPlace.with { place in
            let name = "\(place.server.host)/team/image:1"
            try await place.sendImage("one", to: name)
            try place.write(box: "oci:\(name)")
            let plan = try await place.run("plan")
            #expect(plan.text.contains("get oci:\(name)  from oci:\(place.server.host)/team/image@sha256:"))
            #expect(plan.text.contains(" KiB)") || plan.text.contains(" B)"), "\(plan.transcript)")
            _ = try await place.upToMachine()
            let lock = try #require(try place.directory.read("Envfile.lock"))
            #expect(lock.contains("\"name\": \"oci:\(name)\""), "\(lock)")
            #expect(lock.contains("\"catalog\": \"oci:\(place.server.host)/team/image@sha256:"), "\(lock)")
            // what is there is not asked for again
            let requests = try place.server.requests().count
            _ = try await place.upToMachine("--locked")
            #expect(try place.server.requests().count == requests)

            try await place.sendImage("two", to: name)
            try place.forgetBoxes()
            _ = try await place.upToMachine("--locked")
            #expect(try place.own() == ["one\n"])
            #expect(try await place.expect("box", "outdated").text == "No box of this host came from a catalog.\n")
            let update = try await place.expect("box", "update")
            #expect(update.errors.contains("Pinned oci:\(name) as sha256:"), "\(update.transcript)")
            #expect(try place.directory.read("Envfile.lock") != lock)
            #expect(try place.own().contains("two\n"))
            let again = try await place.expect("box", "update")
            #expect(again.errors.contains("oci:\(name) is up to date"), "\(again.transcript)")
            try await place.expect("box", "verify")
        }
    }

    @Test func withoutALockFileLockedRefuses() async throws {
        try await RegistryPlace.with { place in
            let name = "\(place.server.host)/image:1"
            try await place.sendImage("one", to: name)
            try place.write(box: "oci:\(name)")
            let refused = try await place.run("up", "--locked")
            #expect(refused.status == 1 && refused.errors.contains("is not in the lock file"), "\(refused.transcript)")
            try place.write(box: "oci:\(place.server.host)/none:1")
            let missing = try await place.run("up")
            #expect(
                missing.status == 1 && missing.errors.contains("check the name and the tag"), "\(missing.transcript)")
            #expect(missing.errors.contains("Envfile:3"), "\(missing.transcript)")
        }
    }

    /// A box that `box publish` has put there; and the step that gets it, ended between any two of its effects.
    @Test func aKilledStepThatGetsAnImageIsCompleted() async throws {
        try await RegistryPlace.with { place in
            let name = "\(place.server.host)/image:1"
            try await place.sendImage("one", to: name)
            try place.write(box: "oci:\(name)")
            let trace = place.directory.path.appending("trace")
            _ = try await place.run(
                ["up"], environment: ["DEVENV_FAULT": "engine.create.before", "DEVENV_FAULT_TRACE": trace.string])
            let points = Set((try place.directory.read("trace") ?? "").split(separator: "\n").map(String.init)).filter {
                point in
                ["engine.get.", "registry.", "boxes.", "catalogs.lock."].contains { point.hasPrefix($0) }
            }
            #expect(points.contains("registry.add.fetched") && points.contains("boxes.layers.unpacked"), "\(points)")
            for point in points.sorted() {
                try place.forgetBoxes()
                try HostFiles.remove(place.directory.path.appending("Envfile.lock"))
                let killed = try await place.run(["up"], environment: ["DEVENV_FAULT": point])
                #expect(killed.status == 137, "\(point): \(killed.transcript)")
                _ = try await place.upToMachine()
                #expect(try place.own() == ["one\n"], "\(point)")
                #expect(try place.directory.read("Envfile.lock")?.contains("oci:\(name)") == true, "\(point)")
                try await place.expect("box", "gc")
                #expect(try HostFiles.list(place.staging) == [], "\(point)")
            }
        }
    }

    /// Relative to the Envfile, wherever the command is run; and as it is now.
    @Test(arguments: ["archive", "directory"]) func aPathIsReadAsItIs(kind: String) async throws {
        try await RegistryPlace.with { place in
            try place.directory.write("one\n", to: "boxes/tree/etc/own")
            try place.directory.write("", to: "deep/er/file")
            func pack() async throws {
                try await place.tool(
                    "tar", "-C", place.directory.path.appending("boxes/tree").string, "-cf",
                    place.directory.path.appending("boxes/tree.tar").string, ".")
            }
            try await pack()
            try place.write(box: kind == "archive" ? "./boxes/tree.tar" : "./boxes/tree")
            let plan = try await DevenvBinary(home: place.home).run(
                ["plan"], in: place.directory.path.appending("deep/er"))
            #expect(plan.text.contains("from \(place.directory.path)/boxes/tree"), "\(plan.transcript)")
            _ = try await place.upToMachine()
            #expect(try place.own() == ["one\n"])
            let again = try await place.upToMachine()
            #expect(!again.errors.contains("get ./boxes"), "what has not changed is not read again")
            #expect(try place.directory.read("Envfile.lock") == nil, "nobody else could get it")

            guard kind == "archive" else { return }
            try place.directory.write("two\n", to: "boxes/tree/etc/own")
            try await pack()
            _ = try await place.upToMachine()
            #expect(try place.own() == ["two\n"], "the image of the old file is gone")
            try HostFiles.remove(place.directory.path.appending("boxes/tree.tar"))
            let missing = try await place.run("up")
            #expect(missing.status == 1 && missing.errors.contains("there is no"), "\(missing.transcript)")
        }
    }

    @Test(.requires(tool: "curl", "python3")) func anAddressIsPinned() async throws {
        try await CatalogPlace.with { place in
            try await place.publishTree("1.0")
            let folder = place.catalog.appending("files/team/tree~1.0")
            let file = folder.appending(try #require(try HostFiles.list(folder).first))
            let url = place.server.url("/" + place.relative(file))
            func write(_ box: String) throws {
                try place.directory.write(
                    "version: 1\nprovider: container\nmachines: {a: {box: '\(box)'}}\n", to: "Envfile")
            }
            try write(url)
            let environment = ["DEVENV_FAULT": "engine.create.before"]
            let up = try await place.run(["up"], environment: environment)
            #expect(up.status == 137, "\(up.transcript)")
            let lock = try #require(try place.directory.read("Envfile.lock"))
            #expect(lock.contains("\"name\": \"\(url)\"") && lock.contains("\"digest\": \"sha256:"), "\(lock)")

            // another box at the same address is not the one that is pinned
            try HostFiles.remove(place.home)
            try HostFiles.remove(place.directory.path.appending(".devenv"))
            try await place.publishTree("2.0")
            let other = place.catalog.appending("files/team/tree~2.0")
            let newer = other.appending(try #require(try HostFiles.list(other).first))
            try AtomicFile.write(try HostFiles.read(newer) ?? [], to: file)
            let refused = try await place.run("up")
            #expect(refused.status == 1 && refused.errors.contains("is expected"), "\(refused.transcript)")
            #expect(try HostFiles.list(place.home.appending("boxes/images")) == [])

            try HostFiles.remove(place.directory.path.appending("Envfile.lock"))
            try write(place.server.url("/boxes/team/tree.json"))
            let catalog = try await place.run("up")
            #expect(catalog.status == 1 && catalog.errors.contains("a catalog, not a box"), "\(catalog.transcript)")
        }
    }
}

/// Registries that are far away: with TLS, and with a login.
@Suite(.requires(tool: "qemu-img", "docker-registry", "skopeo", "zstd", "openssl")) struct SecuredRegistryTests {
    @Test func aRegistryIsBelievedByItsCertificateAndBelievesWhoHasLoggedIn() async throws {
        try await RegistryPlace.with(secured: true) { place in
            let host = place.server.distantHost
            let catalog = "oci://\(host)/team"
            let publication = try await place.publication("1.0").map { $0 == place.catalog ? catalog : $0 }
            let logins = place.directory.path.appending("auth.json").string
            let nobody = ["REGISTRY_AUTH_FILE": logins]
            let stranger = try await place.publisher(publication, environment: nobody)
            #expect(stranger.status == 1 && stranger.errors.contains("x509"), "\(stranger.transcript)")
            #expect(stranger.errors.contains("--insecure"), "\(stranger.transcript)")

            let trusting = nobody.merging(["SSL_CERT_FILE": place.server.authority.string]) { $1 }
            let anonymous = try await place.publisher(publication, environment: trusting)
            #expect(
                anonymous.status == 1 && anonymous.errors.contains("'skopeo login \(host)'"), "\(anonymous.transcript)")

            let user = RegistryServer.user
            for (password, isRight) in [("wrong", false), (user.password, true)] {
                let login = ToolInvocation(
                    "skopeo",
                    ["login", "--authfile", logins, "--tls-verify=false", "-u", user.name, "--password-stdin", host],
                    input: Array(password.utf8))
                #expect((try await SystemToolRunner().run(login).status == 0) == isRight)
            }
            let published = try await place.publisher(publication, environment: trusting)
            #expect(published.status == 0, "\(published.transcript)")
            let again = try await place.publisher(
                ["box", "publish", "made", "--insecure", "--as", "base", "--to", catalog], environment: nobody)
            #expect(again.status == 0 && again.errors.contains("is there already"), "\(again.transcript)")
            for arguments in [["catalog", "add", catalog], ["box", "add", "base"], ["box", "outdated"]] {
                let outcome = try await place.run(arguments, environment: trusting)
                #expect(outcome.status == 0, "\(outcome.transcript)")
            }
            let refused = try await place.run(["box", "outdated"], environment: nobody)
            #expect(refused.status == 1 && refused.errors.contains("x509"), "\(refused.transcript)")
            #expect(try await place.run("box", "remove", "base").status == 0)
            let insecure = try await place.run(["box", "add", "base", "--insecure"], environment: nobody)
            #expect(insecure.status == 0, "\(insecure.transcript)")
            let image = try await place.run(
                ["box", "add", "oci:\(host)/team/base:1.0-qcow2-amd64", "--name", "other"], environment: trusting)
            #expect(image.status == 0, "\(image.transcript)")
        }
    }
}

extension RegistryPlace {
    fileprivate func write(box: String) throws {
        try directory.write(
            "version: 1\nprovider: container\nmachines: {a: {box: '\(box)'}}\n", to: "Envfile")
    }

    /// What the images of the store have of their own.
    fileprivate func own() throws -> [String] {
        let boxes = home.appending("boxes")
        let folders = try ["images", "layers"].flatMap { folder in
            try HostFiles.list(boxes.appending(folder)).map { boxes.appending(folder).appending($0) }
        }
        return try folders.compactMap { folder in
            try HostFiles.read(folder.appending("rootfs/etc/own")).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
