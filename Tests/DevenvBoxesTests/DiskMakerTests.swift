import DevenvHost
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvBoxes

/// Disks of trees that start nothing.
@Suite(.requiresRoot, .requires(tool: "mke2fs", "debugfs", "sfdisk", "grub-mkimage", "mcopy", "qemu-img"))
struct DiskMakerTests {
    private let identity = DiskIdentity(of: "a test")

    @Test func theSameTreeAtAnotherTimeGivesTheSameDisk() async throws {
        try await TemporaryDirectory.with { directory in
            let first = try await disk(of: "one", in: directory)
            let second = try await disk(of: "two", in: directory)
            #expect(first == second)
            let check = try await SystemToolRunner().run(
                ToolInvocation("e2fsck", ["-f", "-n", "\(directory.path.appending("root.raw"))"]))
            #expect(check.status == 0, "\(check.text)\(check.complaint)")
        }
    }

    @Test func aDiskThatIsTooSmallSaysHowLargeItMustBe() async throws {
        try await TemporaryDirectory.with { directory in
            let tree = try self.tree("tree", in: directory)
            let large = tree.appending("large").string
            try await run("dd", ["if=/dev/urandom", "of=\(large)", "bs=1M", "count=200", "status=none"])
            let error = await #expect(throws: BoxError.self) {
                try await make("small.qcow2", of: tree, ByteCount(bytes: 128 << 20), in: directory)
            }
            #expect(error?.part == .size)
            #expect(error?.description.contains("a disk of 128 MiB is too small for a tree of 200 MiB") == true)
            #expect(error?.description.contains("it must have 384 MiB or more") == true)
            try await make("large.qcow2", of: tree, ByteCount(bytes: 384 << 20), in: directory)
        }
    }

    @Test func inodesInUseAreTold() {
        #expect(InodeCount("Inode count:              1000\nFree inodes:              988\n")?.used == 12)
        #expect(InodeCount("Inode count: 1000\n") == nil)
        #expect(DiskTools.settlements(inodes: 12).split(separator: "\n").count == 6)
    }

    private func tree(_ name: String, in directory: TemporaryDirectory) throws -> FilePath {
        for number in 1...40 { try directory.write("\(number)\n", to: "\(name)/etc/\(number % 4)/\(number)") }
        return directory.path.appending(name)
    }

    /// The disk's bytes; `root.raw` is its root file system then.
    private func disk(of name: String, in directory: TemporaryDirectory) async throws -> [UInt8] {
        let tree = try tree(name, in: directory)
        try await run("find", [tree.string, "-exec", "touch", "--no-dereference", "--date=@1600000000", "{}", "+"])
        let image = "\(name).qcow2"
        let size = ByteCount(bytes: 96 << 20)
        try await make(image, of: tree, size, in: directory)
        let raw = directory.path.appending("root.raw").string
        let root = DiskLayout(size: size).root
        try await run("qemu-img", ["convert", "-O", "raw", directory.path.appending(image).string, "\(raw).whole"])
        try await run(
            "dd",
            ["if=\(raw).whole", "of=\(raw)", "bs=512", "skip=\(root.start)", "count=\(root.count)", "status=none"])
        return try #require(try HostFiles.read(directory.path.appending(image)))
    }

    private func make(
        _ image: String, of tree: FilePath, _ size: ByteCount, in directory: TemporaryDirectory
    ) async throws {
        try await DiskMaker(runner: SystemToolRunner()).make(
            directory.path.appending(image), of: tree, size: size, identity: identity, in: directory.path)
    }

    private func run(_ tool: String, _ arguments: [String]) async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments))
        #expect(outcome.status == 0, "\(tool): \(outcome.complaint)")
    }
}
