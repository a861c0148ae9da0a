import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Commands about boxes, ended with SIGKILL between any two of their effects.
@Suite(.requiresRoot) struct BoxKillTests {
    @Test(.requires(tool: "qemu-img"), arguments: Kind.allCases)
    func aKilledAdditionLeavesNothingThatIsTrusted(kind: Kind) async throws {
        try await with { store in
            let addition = ["box", "add", try await store.source(kind), "--name", "test"]
            let points = try await store.points(of: addition)
            #expect(points.contains(kind.point) && points.contains("boxes.add.published"))
            for point in points {
                try await store.empty()
                try await store.kill(addition, at: point)
                let names = try HostFiles.list(store.boxes.appending("names")).filter { $0.hasSuffix(".json") }
                if !names.isEmpty { try await store.expect(["box", "verify", "test"]) }
                try await store.expect(addition)
                try await store.expect(["box", "verify", "test"])
                #expect(try HostFiles.list(store.boxes.appending("images")).count == 1, "\(point)")
                #expect(try HostFiles.list(store.boxes.appending("staging")) == [], "\(point)")
            }
        }
    }

    /// In the middle of the file nothing of it can be seen, and the next command begins anew.
    @Test(.requires(tool: "qemu-img"), arguments: [Kind.image, .box])
    func anAdditionThatIsKilledAtSixtyPercentLeavesNothing(kind: Kind) async throws {
        try await with { store in
            let addition = ["box", "add", try await store.large(kind), "--name", "test"]
            let pieces = try await store.points(of: addition).count { $0.hasPrefix("boxes.intake.piece") }
            #expect(pieces >= 3, "of a file that is read at once nothing is left to be killed in")
            try await store.empty()
            try await store.kill(addition, at: "boxes.intake.piece#\(max(1, pieces * 6 / 10))")
            #expect(try HostFiles.list(store.boxes.appending("images")) == [])
            #expect(try HostFiles.list(store.boxes.appending("names")) == [])
            try await store.expect(["box", "list"])
            try await store.expect(addition)
            try await store.expect(["box", "verify", "test"])
            #expect(try HostFiles.list(store.boxes.appending("staging")) == [])
        }
    }

    /// The tree that the name stands for, too, is there as it was, whatever becomes of the disk image.
    @Test(.requires(tool: "qemu-img")) func aKilledAdditionOfAFormatLeavesTheOtherOne() async throws {
        try await with { store in
            let tree = ["box", "add", store.tree, "--name", "test"]
            let disk = ["box", "add", try await store.source(.box), "--name", "test"]
            try await store.expect(tree)
            let points = try await store.points(of: disk)
            for point in points {
                try await store.empty()
                try await store.expect(tree)
                try await store.kill(disk, at: point)
                try await store.expect(["box", "verify", "test", "--format", "directories"])
                try await store.expect(disk)
                try await store.expect(["box", "verify", "test", "--format", "directories"])
                try await store.expect(["box", "verify", "test", "--format", "qcow2"])
                #expect(try HostFiles.list(store.boxes.appending("images")).count == 2, "\(point)")
                #expect(try HostFiles.list(store.boxes.appending("staging")) == [], "\(point)")
            }
        }
    }

    @Test(.requires(tool: "qemu-img")) func aKilledRemovalOfAFormatIsWholeOrNotBegun() async throws {
        try await with { store in
            let additions = [store.tree, try await store.source(.image)].map { ["box", "add", $0, "--name", "test"] }
            let removal = ["box", "remove", "test", "--format", "qcow2"]
            for addition in additions { try await store.expect(addition) }
            let points = try await store.points(of: removal)
            #expect(points.contains("boxes.remove.moved"))
            for point in points {
                for addition in additions { try await store.expect(addition) }
                try await store.kill(removal, at: point)
                try await store.expect(["box", "verify", "test", "--format", "directories"])
                try await store.expect(["box", "add", store.other, "--name", "other", "--force"])
                #expect(try HostFiles.list(store.boxes.appending("images")).count == 2, "\(point)")
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

    /// The newest version stays whole, whatever becomes of the older ones.
    @Test(.requires(tool: "qemu-img")) func aKilledPruningIsCompletedByTheNextOne() async throws {
        try await with { store in
            let additions = [(store.tree, "1"), (store.other, "2")].map {
                ["box", "add", $0.0, "--name", "test", "--box-version", $0.1]
            }
            for addition in additions { try await store.expect(addition) }
            let points = try await store.points(of: ["box", "prune"])
            #expect(points.contains("boxes.prune.unnamed") && points.contains("boxes.remove.moved"))
            for point in points {
                for addition in additions { try await store.expect(addition) }
                try await store.kill(["box", "prune"], at: point)
                try await store.expect(["box", "verify", "test", "--box-version", "2"])
                try await store.expect(["box", "prune"])
                try await store.expect(["box", "gc"])
                #expect(try HostFiles.list(store.boxes.appending("images")).count == 1, "\(point)")
                #expect(try HostFiles.list(store.boxes.appending("staging")) == [], "\(point)")
            }
        }
    }

    /// What is damaged is put right, or is as damaged as before and told so; the next time puts it right.
    @Test func aKilledRepairIsCompletedByTheNextOne() async throws {
        try await with { store in
            let addition = ["box", "add", store.tree, "--name", "test"]
            let repair = addition + ["--force"]
            try await store.expect(addition)
            let points = try await store.points(of: repair)
            #expect(points.contains { $0.hasPrefix("boxes.add.displaced") })
            for point in points {
                try await store.damage()
                try await store.kill(repair, at: point)
                try await store.expect(repair)
                try await store.expect(["box", "verify", "test"])
                try await store.expect(["box", "gc"])
                #expect(try HostFiles.list(store.boxes.appending("images")).count == 1, "\(point)")
                #expect(try HostFiles.list(store.boxes.appending("staging")) == [], "\(point)")
            }
        }
    }

    /// What is added.
    enum Kind: String, CaseIterable, Sendable {
        case tree
        case image
        case box
        case disks

        /// A point on its own way.
        var point: String { self == .tree ? "boxes.add.unpacked" : "boxes.add.copied" }
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

        /// A source of each kind, made where it is missing.
        func source(_ kind: Kind) async throws -> String {
            if kind == .tree { return tree }
            let disk = directory.path.appending("box.img").string
            try await run("qemu-img", ["create", "-q", "-f", "qcow2", disk, "8M"])
            if kind == .image { return disk }
            let disks = kind == .box ? "" : #", "disks": [{"path": "box.img"}, {"path": "data.img"}]"#
            try directory.write(#"{"provider": "libvirt"\#(disks)}"#, to: "metadata.json")
            try await run(
                "qemu-img", ["create", "-q", "-f", "qcow2", directory.path.appending("data.img").string, "9M"])
            let box = directory.path.appending("test.box").string
            let names = ["metadata.json", "box.img"] + (kind == .box ? [] : ["data.img"])
            try await run("tar", ["-C", directory.path.string, "-czf", box] + names)
            return box
        }

        /// A source with 48 MiB of noise in it.
        func large(_ kind: Kind) async throws -> String {
            let (raw, disk) = (directory.path.appending("raw"), directory.path.appending("box.img").string)
            try await run("dd", ["if=/dev/urandom", "of=\(raw)", "bs=1M", "count=48", "status=none"])
            try await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw.string, disk])
            guard kind == .box else { return disk }
            try directory.write(#"{"provider": "libvirt"}"#, to: "metadata.json")
            let box = directory.path.appending("test.box").string
            try await run("tar", ["-C", directory.path.string, "-czf", box, "metadata.json", "box.img"])
            return box
        }

        private func run(_ tool: String, _ arguments: [String]) async throws {
            let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments))
            #expect(outcome.status == 0, "\(tool): \(outcome.complaint)")
        }

        /// Changes a file of the one image there is.
        func damage() async throws {
            for image in try HostFiles.list(boxes.appending("images")) {
                let file = boxes.appending("images").appending(image).appending("rootfs/etc/hostname")
                try AtomicFile.write(Array("damaged\n".utf8), to: file, durable: false)
            }
        }

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
