import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Commands about boxes, ended with SIGKILL between any two of their effects.
@Suite(.requiresRoot) struct BoxKillTests {
    @Test func aKilledAdditionLeavesNothingThatIsTrusted() async throws {
        try await with { store in
            let points = try await store.points(of: ["box", "add", store.tree, "--name", "test"])
            #expect(points.contains("boxes.add.unpacked") && points.contains("boxes.add.published"))
            for point in points {
                try await store.empty()
                try await store.kill(["box", "add", store.tree, "--name", "test"], at: point)
                let names = try HostFiles.list(store.boxes.appending("names")).filter { $0.hasSuffix(".json") }
                if !names.isEmpty { try await store.expect(["box", "verify", "test"]) }
                try await store.expect(["box", "add", store.tree, "--name", "test"])
                try await store.expect(["box", "verify", "test"])
                #expect(try HostFiles.list(store.boxes.appending("images")).count == 1, "\(point)")
                #expect(try HostFiles.list(store.boxes.appending("staging")) == [], "\(point)")
            }
        }
    }

    @Test func aKilledRemovalIsCompletedByTheNextCommand() async throws {
        try await with { store in
            try await store.expect(["box", "add", store.tree, "--name", "test"])
            let points = try await store.points(of: ["box", "remove", "test"])
            #expect(points.contains("boxes.remove.moved"))
            for point in points {
                try await store.expect(["box", "add", store.tree, "--name", "test"])
                try await store.kill(["box", "remove", "test"], at: point)
                try await store.expect(["box", "add", store.other, "--name", "other", "--force"])
                #expect(try HostFiles.list(store.boxes.appending("images")).count == 1, "\(point)")
                #expect(try HostFiles.list(store.boxes.appending("staging")) == [], "\(point)")
                #expect(try HostFiles.list(store.boxes.appending("names")) == ["other.json"], "\(point)")
            }
        }
    }

    private func with(_ body: (Store) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("one\n", to: "tree/etc/hostname")
            try directory.write("two\n", to: "other/etc/hostname")
            try await body(Store(directory: directory))
        }
    }

    /// A store of a test's own.
    private struct Store {
        let directory: TemporaryDirectory

        var tree: String { directory.path.appending("tree").string }
        var other: String { directory.path.appending("other").string }
        var boxes: FilePath { directory.path.appending("home/boxes") }
        private var binary: DevenvBinary { DevenvBinary(home: directory.path.appending("home")) }

        func empty() async throws { try HostFiles.remove(boxes) }

        func expect(_ arguments: [String]) async throws {
            let outcome = try await binary.run(arguments, in: directory.path)
            #expect(outcome.status == 0, "\(arguments): \(outcome.transcript)")
        }

        /// The points that a command reaches, the n-th visit to one as `NAME#n`.
        func points(of arguments: [String]) async throws -> [String] {
            let trace = directory.path.appending("trace")
            let outcome = try await binary.run(
                arguments, in: directory.path, environment: ["DEVENV_FAULT_TRACE": trace.string])
            #expect(outcome.status == 0, "\(arguments): \(outcome.transcript)")
            var visits: [String: Int] = [:]
            return String(decoding: try HostFiles.read(trace) ?? [], as: UTF8.self).split(separator: "\n").map { line in
                let name = String(line)
                visits[name, default: 0] += 1
                return visits[name] == 1 ? name : "\(name)#\(visits[name, default: 1])"
            }
        }

        func kill(_ arguments: [String], at point: String) async throws {
            let outcome = try await binary.run(arguments, in: directory.path, environment: ["DEVENV_FAULT": point])
            #expect(outcome.status == 128 + 9, "\(point): \(outcome.transcript)")
        }
    }
}
