import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// `devenv lock`, and what it has to do with `box update`. No machine is made.
@Suite(.requiresRoot, .requires(tool: "runc", "tar", "zstd", "curl", "python3"))
struct LockCommandTests {
    private static func with(_ body: (CatalogPlace) async throws -> Void) async throws {
        try await CatalogPlace.with { place in
            try await place.publishTree("1.0")
            try place.directory.write(
                "version: 1\ncatalogs: \(place.server.url("/"))\nmachines: { a: { box: team/tree } }\n", to: "Envfile")
            try await body(place)
        }
    }

    /// The version that is pinned.
    private static func pinned(_ place: CatalogPlace) throws -> String? {
        let lock = try JSONTree(parsing: try place.directory.read("Envfile.lock") ?? "{}")
        guard case .list(let boxes)? = lock["boxes"] else { return nil }
        return boxes.first?["version"]?.text
    }

    /// The last line, which must be the only result.
    private static func result(_ outcome: ToolOutcome) throws -> JSONTree {
        let lines = try outcome.text.split(separator: "\n").map { try JSONTree(parsing: $0) }
        #expect(lines.count { $0["event"]?.text == "result" } == 1, "\(outcome.text)")
        let last = try #require(lines.last)
        #expect(last["exitCode"]?.number == outcome.status, "\(outcome.text)")
        return last
    }

    @Test func pinsMoveOnlyWhenTheyAreToldTo() async throws {
        try await Self.with { place in
            let unknown = try await place.run("lock", "--provider", "nonsense")
            #expect(unknown.status == 1 && unknown.errors.contains("'nonsense'"), "\(unknown.transcript)")
            let first = try await place.run("lock", "--provider", "container")
            #expect(
                first.status == 0 && first.errors.contains("Pinned team/tree 1.0 for directories"),
                "\(first.transcript)")
            #expect(try Self.pinned(place) == "1.0")
            try await place.publishTree("1.1")
            #expect(try await place.run("lock", "--provider", "container").errors.contains("is up to date: 1 box."))
            // the host's boxes are one thing, the project's another
            let host = try await place.run("box", "update", "--host")
            #expect(host.status == 0 && host.errors.contains("Got team/tree 1.1"), "\(host.transcript)")
            #expect(try Self.pinned(place) == "1.0")
            let moved = try await place.run("lock", "--update", "--provider", "container")
            #expect(moved.errors.contains("Pinned team/tree 1.1 in place of 1.0"), "\(moved.transcript)")
            #expect(try Self.pinned(place) == "1.1")
            try place.directory.write("version: 1\nmachines: { a: { box: other } }\n", to: "Envfile")
            try place.directory.write("other\n", to: "other/etc/hostname")
            #expect(try await place.run("box", "add", "other", "--name", "other").status == 0)
            let dropped = try await place.run("lock", "--provider", "container")
            #expect(dropped.errors.contains("Dropped team/tree 1.1"), "\(dropped.transcript)")
            #expect(dropped.errors.contains("'other' is not pinned"), "\(dropped.transcript)")
        }
    }

    @Test func theResultComesAfterTheUpdate() async throws {
        try await Self.with { place in
            let update = ["lock", "--update", "--provider", "container", "--json"]
            #expect(try Self.result(try await place.run(update))["status"]?.text == "done")
            try await place.publishTree("1.1")
            let moved = try await place.run(update)
            #expect(moved.text.contains("\"event\":\"download\""), "\(moved.text)")
            #expect(try Self.result(moved)["status"]?.text == "done")
            #expect(try Self.pinned(place) == "1.1")
            try HostFiles.remove(place.catalog)
            let failed = try Self.result(try await place.run(update))
            #expect(failed["status"]?.text == "failed" && failed["error"]?["message"] != nil, "\(failed)")
        }
    }
}
