import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// A catalog's key is changed by command.
@Suite(.requires(tool: "qemu-img", "tar", "gzip", "curl", "python3", "ssh-keygen")) struct RekeyCommandTests {
    @Test func readersFollowTheKeyAndAreTold() async throws {
        try await with { place, rekey in
            let done = try await place.run(publication: rekey)
            #expect(done.status == 0 && done.errors.contains("vouches for it"), "\(done.transcript)")
            #expect(try await place.run(publication: rekey).errors.contains("already"))
            let added = try await place.run("box", "add", "team/base")
            #expect(added.status == 0 && added.errors.contains("has another key"), "\(added.transcript)")
            let silent = try await place.run("box", "add", "team/base")
            #expect(silent.status == 0 && !silent.errors.contains("has another key"), "\(silent.transcript)")
            try await place.publish("1.1", "--key", "new")
            let update = try await place.run("box", "update")
            #expect(update.status == 0 && update.errors.contains("Got team/base 1.1"), "\(update.transcript)")
        }
    }

    @Test func aKilledChangeLeavesAWholeCatalogAndTheNextOneCompletesIt() async throws {
        try await with { place, rekey in
            let copy = place.directory.path.appending("copy")
            try await place.tool("cp", "-a", place.catalog.string, copy.string)
            let points = try await place.points(of: rekey)
            #expect(points.contains("catalogs.rekey.listings#1") && points.contains("catalogs.publish.rekey-signed#1"))
            for point in points {
                try HostFiles.remove(place.catalog)
                try await place.tool("cp", "-a", copy.string, place.catalog.string)
                try await place.kill(rekey, at: point)
                // the reader has remembered the old key, and whoever comes now meets the one that is there
                for arguments in [["catalog", "verify"], ["catalog", "verify", place.catalog.string]] {
                    let verified = try await place.run(arguments)
                    #expect(verified.status == 0, "\(point): \(verified.transcript)")
                }
                #expect(try await place.run(publication: rekey).status == 0)
                #expect(try await place.run("catalog", "verify").status == 0)
            }
        }
    }

    /// A signed catalog that a reader has added, and the command that changes its key.
    private func with(_ body: (CatalogPlace, _ rekey: [String]) async throws -> Void) async throws {
        try await CatalogPlace.with { place in
            for key in ["old", "new"] {
                let file = place.directory.path.appending(key).string
                try await place.tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file)
            }
            try await place.publish("1.0", "--key", "old")
            let added = try await place.run("catalog", "add", place.server.url("/"))
            #expect(added.status == 0, "\(added.transcript)")
            try await body(place, ["catalog", "rekey", place.catalog.string, "--key", "new", "--old-key", "old"])
        }
    }
}

/// The same in a real registry, where all files of a catalog change at once.
@Suite(.requires(tool: "qemu-img", "docker-registry", "skopeo", "zstd", "openssl", "ssh-keygen"))
struct RegistryRekeyTests {
    @Test func readersFollowTheKeyAndAreTold() async throws {
        try await with { place, rekey in
            let done = try await place.publisher(rekey("old", "new"))
            #expect(done.status == 0 && done.errors.contains("vouches for it"), "\(done.transcript)")
            let again = try await place.publisher(rekey("old", "new"))
            #expect(again.status == 0 && again.errors.contains("already"), "\(again.transcript)")
            let added = try await place.expect("box", "add", "base")
            #expect(added.errors.contains("has another key"), "\(added.transcript)")
            let refused = try await place.publisher(try await place.publication("1.1", ["--key", "old"]))
            #expect(refused.status == 1 && refused.errors.contains("is signed with the key"), "\(refused.transcript)")
            try await place.publish("1.1", "--key", "new")
            let update = try await place.expect("box", "update")
            #expect(update.errors.contains("Got base 1.1"), "\(update.transcript)")
            #expect(!update.errors.contains("has another key"), "\(update.transcript)")
            let wrong = try await place.publisher(rekey("old", "other"))
            #expect(wrong.status == 1 && wrong.errors.contains("--old-key"), "\(wrong.transcript)")
        }
    }

    @Test func theResultIsAnObject() async throws {
        try await with { place, rekey in
            let done = try await place.publisher(rekey("old", "new") + ["--json"])
            let line = done.text
            #expect(line.hasPrefix("{") && line.contains("\"event\":\"result\""), "\(done.transcript)")
            #expect(line.contains("\"status\":\"done\"") && line.contains("\"exitCode\":0"), "\(line)")
            #expect(line.contains("\"formerKey\":\"ssh-ed25519 ") && line.contains("\"key\":\"ssh-ed25519 "), "\(line)")
        }
    }

    @Test func aKilledChangeLeavesAWholeCatalogAndTheNextOneCompletesIt() async throws {
        try await with { place, rekey in
            let points = try await place.points(of: rekey("old", "new")) {
                try await place.publisher($0, environment: $1)
            }
            .filter { !$0.hasPrefix("boxes.staging") }
            #expect(
                points.contains("registry.catalog.sent#1") && points.contains("registry.catalog.moved#1"), "\(points)")
            var key = "new"
            for (index, point) in points.enumerated() {
                let next = "key-\(index)"
                _ = try await place.key(next)
                let killed = try await place.publisher(rekey(key, next), environment: ["DEVENV_FAULT": point])
                #expect(killed.status == 137, "\(point): \(killed.transcript)")
                // the reader has remembered the first key, and follows all changes since
                let verified = try await place.expect("catalog", "verify")
                #expect(verified.text.contains("1 box, signed with"), "\(point): \(verified.transcript)")
                let completed = try await place.publisher(rekey(key, next))
                #expect(completed.status == 0, "\(point): \(completed.transcript)")
                try await place.expect("catalog", "verify")
                key = next
            }
            try await place.expect("box", "add", "base")
        }
    }

    /// A signed catalog that a reader has added, and the command that changes its key.
    private func with(
        _ body: (RegistryPlace, _ rekey: (String, String) -> [String]) async throws -> Void
    ) async throws {
        try await RegistryPlace.with { place in
            for key in ["old", "new", "other"] { _ = try await place.key(key) }
            try await place.publish("1.0", "--key", "old")
            try await place.expect("catalog", "add", place.catalog)
            try await body(place) { ["catalog", "rekey", place.catalog, "--key", $1, "--old-key", $0] }
        }
    }
}
