import DevenvHost
import DevenvTestSupport
import FoundationEssentials
import Glibc
import SystemPackage
import Testing

/// `devenv box` with disk images, as people and programs see it.
@Suite(.requires(tool: "qemu-img", "tar")) struct BoxCommandTests {
    private struct List: Decodable {
        struct Box: Decodable {
            let name: String
            let format: String
            let user: String
            let bytes: Int64
            let virtualBytes: Int64?
            let knownKey: Bool
        }

        let schema: Int
        let boxes: [Box]
    }

    @Test func aListShowsFormatsAndSizes() async throws {
        try await with { binary, directory in
            let added = try await binary.expect(["box", "add", "test.box", "--name", "debian/12"], in: directory.path)
            #expect(added.text.contains(", a disk of 10 TiB, sha256:"), "\(added.transcript)")
            try await binary.expect(
                ["box", "add", "box.img", "--name", "plain", "--user", "admin"], in: directory.path)

            let table = try await binary.expect(["box", "list"], in: directory.path).text
            #expect(table.contains("FORMAT") && table.contains("qcow2") && table.contains("10 TiB"), "\(table)")
            let json = try await binary.expect(["box", "list", "--json"], in: directory.path)
            let list = try JSONDecoder().decode(List.self, from: Data(json.standardOutput))
            #expect(list.boxes.map(\.name) == ["debian/12", "plain"])
            #expect(list.boxes.map(\.user) == ["vagrant", "admin"])
            #expect(list.boxes.map(\.knownKey) == [true, false])
            #expect(list.boxes.allSatisfy { $0.format == "qcow2" && $0.virtualBytes == 10 << 40 && $0.bytes > 0 })
        }
    }

    @Test func theWrongFormatNamesTheCommandThatGetsTheRightOne() async throws {
        try await with { binary, directory in
            try await binary.expect(["box", "add", "test.box", "--name", "debian/12"], in: directory.path)
            try directory.write("version: 1\nmachines: {a: {box: debian/12, provider: container}}\n", to: "Envfile")
            let outcome = try await binary.run(["plan"], in: directory.path)
            #expect(outcome.errors.contains("is in the store as a disk image only, and a tree is needed"))
            #expect(outcome.errors.contains("devenv box build debian/12"))
        }
    }

    /// Only trees need root's rights.
    @Test(.requiresRoot, .requires(tool: "setpriv")) func anybodyMayKeepDiskImages() async throws {
        try await with { binary, directory in
            try await binary.asNobody(["box", "add", "test.box", "--name", "one"], status: 0, in: directory.path)
            try await binary.asNobody(["box", "verify", "one"], status: 0, in: directory.path)
            try await binary.asNobody(["box", "remove", "one"], status: 0, in: directory.path)
            try directory.write("x\n", to: "tree/etc/hostname")
            try await directory.run("tar", ["-C", directory.path.string, "-czf", "tree.tar.gz", "tree/etc"])
            for source in ["tree", "tree.tar.gz"] {
                let refused = try await binary.asNobody(
                    ["box", "add", source, "--name", "two"], status: 1, in: directory.path)
                #expect(refused.errors.contains("which only root may make"), "\(refused.errors)")
            }
            #expect(try HostFiles.list(binary.home.appending("boxes/images")) == [])
            #expect(try HostFiles.list(binary.home.appending("boxes/staging")) == [])
        }
    }

    /// The archive is looked into only as far as its first directories: whatever unpacks it is left with a closed pipe then.
    @Test(.requiresRoot, .requires(tool: "gzip", "xz", "zstd"), arguments: ["gz", "xz", "zst"])
    func aLargeTreeIsATreeHoweverItIsCompressed(suffix: String) async throws {
        try await with { binary, directory in
            let noise = (0..<(4 << 20)).map { _ in UInt8.random(in: .min ... .max) }
            try HostFiles.makeDirectory(directory.path.appending("tree/etc"))
            try AtomicFile.write(noise, to: directory.path.appending("tree/etc/noise"), durable: false)
            let archive = "tree.tar.\(suffix)"
            try await directory.run("tar", ["-C", directory.path.appending("tree").string, "-caf", archive, "etc"])
            let added = try await binary.expect(["box", "add", archive, "--name", "tree"], in: directory.path)
            #expect(added.text.hasPrefix("Added tree: 4 MiB, sha256:"), "\(added.transcript)")
        }
    }

    @Test func versionsAreShownRemovedAndPruned() async throws {
        try await with { binary, directory in
            for version in ["1.9", "1.10", "1.11"] {
                try await binary.expect(
                    ["box", "add", "box.img", "--name", "base", "--box-version", version, "--architecture", "amd64"],
                    in: directory.path)
            }
            let table = try await binary.expect(["box", "list"], in: directory.path).text
            let lines = table.split(separator: "\n").dropFirst()
            #expect(lines.count == 3 && zip(lines, ["1.9", "1.10", "1.11"]).allSatisfy { $0.contains($1) }, "\(table)")
            let unsaid = try await binary.run(["box", "remove", "base"], in: directory.path)
            #expect(unsaid.status == 64)
            #expect(unsaid.errors.contains("1.9, 1.10, 1.11") && unsaid.errors.contains("--all"), "\(unsaid.errors)")
            try await binary.expect(["box", "remove", "base", "--box-version", "1.9"], in: directory.path)
            let rehearsal = try await binary.expect(["box", "prune", "-n"], in: directory.path)
            #expect(rehearsal.text.contains("Would remove base 1.10 (disk image, amd64)."), "\(rehearsal.text)")
            let pruned = try await binary.expect(["box", "prune"], in: directory.path)
            #expect(pruned.text.contains("Removed base 1.10"))
            #expect(pruned.text.contains("Freed 0 B."), "the newer version is the same image: \(pruned.text)")
            try await binary.expect(["box", "remove", "base", "--all"], in: directory.path)
            let cleaned = try await binary.expect(["box", "gc"], in: directory.path)
            #expect(cleaned.text == "Freed 0 B.\n")
        }
    }

    @Test func aDamagedBoxIsNamedAmongAll() async throws {
        try await with { binary, directory in
            try await binary.expect(["box", "add", "box.img", "--name", "good"], in: directory.path)
            try await directory.run("qemu-img", ["create", "-q", "-f", "qcow2", "bad.img", "5T"])
            try await binary.expect(
                ["box", "add", "bad.img", "--name", "bad", "--box-version", "3"], in: directory.path)
            #expect(try await binary.expect(["box", "verify"], in: directory.path).text.contains("2 boxes are as"))
            let images = binary.home.appending("boxes/images")
            for image in try HostFiles.list(images) {
                let file = images.appending(image).appending("disk.qcow2")
                let bytes = try HostFiles.read(file) ?? []
                // the size of the disk, in its header
                if bytes[26] == 5 { try AtomicFile.write(bytes + [0], to: file, durable: false) }
            }
            let outcome = try await binary.run(["box", "verify"], in: directory.path)
            #expect(outcome.status == 1)
            #expect(outcome.text.contains("Box 'bad 3' (disk image) differs"), "\(outcome.transcript)")
            #expect(!outcome.text.contains("good"))
            try await binary.expect(["box", "verify", "good"], in: directory.path)
        }
    }

    @Test func whoeverComesSecondWaitsForTheFirst() async throws {
        try await with { binary, directory in
            let (mark, trace) = (directory.path.appending("mark"), directory.path.appending("trace"))
            async let second = { () async throws -> ToolOutcome in
                try await eventually("the first one stands still", within: .seconds(60)) { HostFiles.exists(mark) }
                return try await binary.run(
                    ["box", "add", "test.box", "--name", "two"], in: directory.path,
                    environment: ["DEVENV_FAULT_TRACE": trace.string])
            }()
            let first = try await binary.run(
                ["box", "add", "test.box", "--name", "one"], in: directory.path,
                standingStillAt: "boxes.add.examined"
            ) {
                try directory.write("", to: "mark")
                try await eventually("the second one waits", within: .seconds(60)) {
                    let points = String(decoding: try HostFiles.read(trace) ?? [], as: UTF8.self)
                    return points.contains("boxes.add.waiting")
                }
            }
            let waited = try await second
            #expect(first.status == 0 && waited.status == 0, "\(first.transcript)\(waited.transcript)")
            #expect(waited.errors.contains("(devenv box add one), which is adding the same box"), "\(waited.errors)")
            let points = String(decoding: try HostFiles.read(trace) ?? [], as: UTF8.self)
            #expect(!points.contains("boxes.add.examined"), "the box was not read a second time")
            #expect(try HostFiles.list(binary.home.appending("boxes/staging")) == [])
        }
    }

    @Test func aWrongChecksumKeepsTheFileOut() async throws {
        try await with { binary, directory in
            let sum = try await SystemToolRunner().run(
                ToolInvocation("sha256sum", ["test.box"], directory: directory.path)
            ).text.prefix { $0 != " " }
            let addition = ["box", "add", "test.box", "--name", "a", "--checksum"]
            for (checksum, status) in [("sha256:\(sum.reversed().map(String.init).joined())", 1), ("sha256:12", 64)] {
                let outcome = try await binary.run(addition + [checksum], in: directory.path)
                #expect(outcome.status == status, "\(outcome.transcript)")
            }
            #expect(try await binary.expect(["box", "list"], in: directory.path).text.contains("no boxes yet"))
            try await binary.expect(addition + ["sha256:\(sum)"], in: directory.path)
            let details = try await binary.expect(["box", "list", "--info"], in: directory.path).text
            #expect(details.contains("checksum: sha256:\(sum)"), "\(details)")
        }
    }

    private func with(_ body: (DevenvBinary, TemporaryDirectory) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let disk = directory.path.appending("box.img").string
            try await directory.run("qemu-img", ["create", "-q", "-f", "qcow2", disk, "10T"])
            try directory.write(#"{"provider": "libvirt", "format": "qcow2"}"#, to: "metadata.json")
            let names = ["metadata.json", "box.img"]
            try await directory.run("tar", ["-C", directory.path.string, "-czf", "test.box"] + names)
            try await body(DevenvBinary(home: directory.path.appending("home")), directory)
        }
    }
}

extension TemporaryDirectory {
    /// Runs a program there that must succeed.
    fileprivate func run(_ tool: String, _ arguments: [String]) async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments, directory: path))
        #expect(outcome.status == 0, "\(tool): \(outcome.complaint)")
    }
}

extension DevenvBinary {
    /// Runs a command that must succeed.
    @discardableResult
    fileprivate func expect(_ arguments: [String], in directory: FilePath) async throws -> ToolOutcome {
        let outcome = try await run(arguments, in: directory)
        #expect(outcome.status == 0, "\(arguments): \(outcome.transcript)")
        return outcome
    }

    /// Runs a command as the user `nobody`, who owns the home.
    @discardableResult
    fileprivate func asNobody(_ arguments: [String], status: Int, in directory: FilePath) async throws -> ToolOutcome {
        try HostFiles.makeDirectory(home)
        guard chown(home.string, 65534, 65534) == 0, chmod(directory.string, 0o755) == 0 else {
            throw Errno(rawValue: errno)
        }
        // its own copy: where the tests were built, nobody else may look
        let program = home.removingLastComponent().appending("devenv").string
        _ = try await SystemToolRunner().run(ToolInvocation("cp", ["-f", BuiltProgram.devenv.string, program]))
        let outcome = try await SystemToolRunner().run(
            ToolInvocation(
                "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "--", program] + arguments,
                environment: ["DEVENV_HOME": home.string, "DEVENV_SHARED_BOXES": "", "NO_COLOR": "1"],
                directory: directory))
        #expect(outcome.status == status, "\(arguments): \(outcome.transcript)")
        return outcome
    }
}
