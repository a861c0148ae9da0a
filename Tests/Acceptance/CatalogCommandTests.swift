import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import FoundationEssentials
import Glibc
import SystemPackage
import Testing

/// Boxes that go into a catalog on one host and come out of it on another, as people and programs see it.
@Suite(.requires(tool: "qemu-img", "tar", "gzip", "curl", "python3")) struct CatalogCommandTests {
    @Test func aBoxGoesRoundByAWebServer() async throws {
        try await CatalogPlace.with { place in
            try await place.publish("1.0")
            let catalog = place.server.url("/")
            let added = try await place.run("box", "add", "team/base", "--catalog", catalog)
            #expect(added.status == 0, "\(added.transcript)")
            #expect(added.text.hasPrefix("Added team/base 1.0: "), "\(added.transcript)")
            let requests = try place.server.requests().count
            #expect(try await place.run("box", "add", "team/base", "--catalog", catalog).status == 0)
            #expect(try place.server.requests()[requests...].allSatisfy { $0.contains(".json") }, "no box again")

            #expect(try await place.run("box", "outdated").text == "1 box is up to date.\n")
            try await place.publish("1.1")
            let outdated = try await place.run("box", "outdated", "--json")
            #expect(outdated.text.contains("\"newest\" : \"1.1\""), "\(outdated.transcript)")
            let update = try await place.run("box", "update")
            #expect(update.status == 0 && update.errors.contains("Got team/base 1.1"), "\(update.transcript)")
            #expect(try await place.run("box", "outdated").text == "1 box is up to date.\n")
            #expect(try await place.run("box", "verify", "team/base").status == 0)
            #expect(try place.server.requests().contains { $0.contains("/catalog.json 304 ") })
        }
    }

    /// A box's own JSON, and a box, by their addresses and here: what it is is told by the content.
    @Test func theJSONOfABoxIsACatalogOfItsOwn() async throws {
        try await CatalogPlace.with { place in
            let file = try await place.publish("1.0")
            let json = place.catalog.appending("boxes/team/base.json")
            for source in [place.server.url("/boxes/team/base.json"), json.string] {
                let added = try await place.run("box", "add", source)
                #expect(added.text.hasPrefix("Added team/base 1.0: "), "\(added.transcript)")
                #expect(try await place.run("box", "remove", "team/base").status == 0)
            }
            try place.directory.write(try HostFiles.read(json) ?? [], to: "www/download")
            let hidden = try await place.run("box", "add", place.server.url("/download"))
            #expect(hidden.text.hasPrefix("Added team/base 1.0: "), "\(hidden.transcript)")
            let address = place.server.url("/" + place.relative(file))
            let unnamed = try await place.run("box", "add", address)
            #expect(unnamed.status == 64 && unnamed.errors.contains("--name"), "\(unnamed.transcript)")
            let named = try await place.run("box", "add", address, "--name", "mine", "--box-version", "7")
            #expect(named.text.hasPrefix("Added mine 7: "), "\(named.transcript)")
        }
    }

    @Test func whatThereIsIsListedWhereNothingFits() async throws {
        try await CatalogPlace.with { place in
            try await place.publish("1.0")
            let catalog = place.server.url("/")
            for arguments in [["team/base@> 2"], ["team/base", "--architecture", "riscv64"], ["team/base@broken"]] {
                let refused = try await place.run(["box", "add"] + arguments + ["--catalog", catalog])
                #expect(refused.status != 0)
                #expect(
                    arguments == ["team/base@broken"] || refused.errors.contains("it has 1.0 (libvirt"),
                    "\(refused.transcript)")
            }
            let missing = try await place.run("box", "add", "team/other", "--catalog", catalog)
            #expect(missing.errors.contains("no catalog has the box 'team/other'"), "\(missing.transcript)")
            let none = try await place.run("box", "add", "team/other")
            #expect(none.errors.contains("devenv catalog add"), "\(none.transcript)")
        }
    }

    @Test(.requires(tool: "ssh-keygen")) func aCatalogThatLosesItsSignatureIsRefused() async throws {
        try await CatalogPlace.with { place in
            let key = place.directory.path.appending("key").string
            try await place.tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
            try await place.publish("1.0", "--key", key)
            let catalog = place.server.url("/")
            let added = try await place.run("catalog", "add", catalog)
            #expect(added.errors.contains("It is signed with the key SHA256:"), "\(added.transcript)")
            #expect(try await place.run("box", "add", "team/base").status == 0)
            let verified = try await place.run("catalog", "verify", place.catalog.string)
            #expect(
                verified.status == 0 && verified.text.contains("1 box, signed with SHA256:"), "\(verified.transcript)")

            let listing = place.catalog.appending("boxes/team/base.json")
            let text = String(decoding: try HostFiles.read(listing) ?? [], as: UTF8.self)
            try AtomicFile.write(Array(text.split(separator: "1.0").joined(separator: "1.5").utf8), to: listing)
            let refused = try await place.run("box", "add", "team/base")
            #expect(refused.status == 1 && refused.errors.contains("not signed as it must be"), "\(refused.transcript)")
            // what the list says is signed; the listing is not asked
            #expect(try await place.run("box", "outdated").text == "1 box is up to date.\n")
            try HostFiles.remove(place.catalog.appending("catalog.json.sig"))
            #expect(try await place.run("box", "add", "team/base").errors.contains("is not signed"))
            #expect(try await place.run("box", "outdated").status == 1)
        }
    }

    /// One downloads it, the other waits and reuses what the first has brought.
    @Test func twoCommandsDownloadABoxOnce() async throws {
        try await CatalogPlace.with { place in
            let file = try await place.publish("1.0")
            try place.server.fail("/" + place.relative(file), .slow(2_000_000))
            let catalog = place.server.url("/")
            async let first = place.run("box", "add", "team/base", "--catalog", catalog)
            async let second = place.run("box", "add", "team/base", "--catalog", catalog)
            for outcome in try await [first, second] { #expect(outcome.status == 0, "\(outcome.transcript)") }
            #expect(try place.server.requests().count { $0.contains(place.relative(file)) } == 1)
        }
    }

    @Test(arguments: ["INT", "KILL"]) func whatWasEndedAtSixtyPercentGoesOn(signal: String) async throws {
        try await CatalogPlace.with { place in
            let file = try await place.publish("1.0")
            let size = try HostFiles.size(of: file)
            try place.server.fail("/" + place.relative(file), .slow(8_000_000))
            let add = ["box", "add", "team/base", "--catalog", place.server.url("/")]
            let ended = try await place.run(
                add, environment: ["DEVENV_FAULT": "download.transfer.tenth6", "DEVENV_FAULT_SIGNAL": signal])
            #expect(ended.status == (signal == "INT" ? 130 : 137), "\(ended.transcript)")
            #expect(!ended.text.contains("Added"))
            let part = try #require(try place.parts().first)
            #expect(part >= size * 6 / 10 && part < size, "\(part) of \(size)")
            #expect(try HostFiles.list(place.home.appending("boxes/images")) == [])
            try place.server.mend()
            let again = try await place.run(add)
            #expect(again.status == 0, "\(again.transcript)")
            #expect(again.errors.contains("going on at"), "\(again.transcript)")
            #expect(try place.server.requests().last?.contains(" 206 bytes=") == true)
            #expect(try place.parts() == [])
            #expect(try await place.run("box", "verify", "team/base").status == 0)
        }
    }

    @Test func anEventOfADownloadIsALine() async throws {
        struct Line: Decodable {
            let schema: Int
            let event: String
            let state: String?
            let received: Int64?
            let total: Int64?
        }
        try await CatalogPlace.with { place in
            let file = try await place.publish("1.0")
            let outcome = try await place.run("box", "add", "team/base", "--json", "--catalog", place.server.url("/"))
            let lines = try outcome.text.split(separator: "\n").map { line in
                try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            }
            #expect(lines.first?.state == "started" && lines.last?.event == "result", "\(outcome.text)")
            let last = lines.last { $0.state == "progress" }
            let size = try HostFiles.size(of: file)
            #expect(last?.received == size && last?.total == size, "\(outcome.text)")
        }
    }
}

/// Publications and additions, ended with SIGKILL between any two of their effects.
@Suite(.requires(tool: "qemu-img", "tar", "gzip", "curl", "python3", "ssh-keygen")) struct CatalogKillTests {
    @Test func aKilledPublicationLeavesAWholeCatalog() async throws {
        try await CatalogPlace.with { place in
            let key = place.directory.path.appending("key").string
            try await place.tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
            try await place.publish("1.0", "--key", key)
            try await place.tool("cp", "-a", place.catalog.string, place.directory.path.appending("before").string)
            let publication = try await place.publication("2.0", "--key", key)
            let points = try await place.points(of: publication)
            #expect(points.contains("catalogs.publish.settled#1") && points.count >= 7, "\(points)")
            // what the list says of the box goes before the listing changes
            #expect(points.contains("catalogs.publish.silent-written#1"), "\(points)")
            for point in points {
                try HostFiles.remove(place.catalog)
                try await place.tool("cp", "-a", place.directory.path.appending("before").string, place.catalog.string)
                try await place.kill(publication, at: point)
                let left = try await place.run("catalog", "verify", place.catalog.string)
                #expect(left.status == 0, "\(point): \(left.transcript)")
                let completed = try await place.run(publication: publication)
                #expect(completed.status == 0, "\(point): \(completed.transcript)")
                let whole = try await place.run("catalog", "verify", place.catalog.string)
                #expect(whole.status == 0, "\(point): \(whole.transcript)")
                let list = try await place.run("catalog", "list", place.catalog.string)
                #expect(list.text.contains("2.0"), "\(point): \(list.transcript)")
                #expect(try HostFiles.list(place.catalog.appending(".publishing")).allSatisfy { !$0.hasPrefix("box") })
                #expect(try place.files().count { $0.hasSuffix(".box") } == 2, "\(point)")
            }
        }
    }

    @Test func aKilledAdditionFromAWebServerIsCompleted() async throws {
        try await CatalogPlace.with { place in
            try await place.publish("1.0")
            let add = ["box", "add", "team/base", "--catalog", place.server.url("/")]
            let points = try await place.points(of: add)
            #expect(
                points.contains("download.part.recorded#1") && points.contains("boxes.add.published#1"), "\(points)")
            for point in points {
                try HostFiles.remove(place.home)
                try await place.kill(add, at: point)
                let completed = try await place.run(add)
                #expect(completed.status == 0, "\(point): \(completed.transcript)")
                #expect(try await place.run("box", "verify", "team/base").status == 0, "\(point)")
                #expect(try place.parts() == [], "\(point)")
                #expect(try await place.run("box", "gc").status == 0, "\(point)")
                let left = try HostFiles.list(place.home.appending("boxes/staging"))
                #expect(left == [], "\(point): \(left)")
            }
        }
    }

    /// No machine is ever made: the second command is ended too, as soon as it has come to that.
    @Test(.requiresRoot, .requires(tool: "runc", "zstd")) func aKilledStepThatGetsABoxIsCompleted() async throws {
        try await CatalogPlace.with { place in
            try await place.publishTree("1.0")
            try place.directory.write(
                "version: 1\ncatalogs: \(place.server.url("/"))\nprovider: container\nmachines: {a: {box: team/tree}}\n",
                to: "Envfile")
            let points = try await place.trace(["up"], until: "engine.create.before").filter { point in
                ["engine.get.", "download.", "boxes.add.", "catalogs.lock."].contains { point.hasPrefix($0) }
            }
            #expect(points.contains("engine.get.stored#1") && points.contains("catalogs.lock.before#1"), "\(points)")
            for point in points {
                try place.forgetAll()
                try await place.kill(["up"], at: point)
                _ = try await place.trace(["up"], until: "engine.create.before")
                #expect(try await place.run("box", "verify", "team/tree").status == 0, "\(point)")
                #expect(try place.parts() == [], "\(point)")
                let lock = try #require(try place.directory.read("Envfile.lock"), "\(point)")
                #expect(
                    lock.contains("\"name\": \"team/tree\"") && lock.contains("\"version\": \"1.0\""),
                    "\(point): \(lock)")
            }
            let destroyed = try await place.run("destroy", "-f")
            #expect(destroyed.status == 0, "\(destroyed.transcript)")
        }
    }
}
