import DevenvBoxes
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage
import Testing

/// A store and a small tree in a directory of their own, which goes with the fixture.
struct BoxStoreFixture: ~Copyable {
    let root: FilePath
    let directories: HostDirectories
    let store: BoxStore

    init(runner: any ToolRunner = SystemToolRunner(), sharing shared: FilePath? = nil) throws {
        root = FilePath("/tmp/devenv-boxes-test-\(UInt64.random(in: .min ... .max))")
        try HostFiles.makeDirectory(root)
        directories = HostDirectories(
            data: root.appending("data"), runtime: root.appending("run"), sharedBoxes: shared)
        store = BoxStore(directories: directories, runner: runner)
    }

    deinit {
        try? HostFiles.remove(root)  // a later test has a directory of its own
    }

    /// The names of everything in the store that belongs to an image.
    func images() throws -> [String] { try HostFiles.list(directories.boxes.appending("images")) }

    func staging() throws -> [String] { try HostFiles.list(directories.boxes.appending("staging")) }

    /// Makes a tree with one of everything that a manifest can hold.
    func makeTree(named name: String = "tree") throws -> FilePath {
        let tree = root.appending(name)
        try HostFiles.makeDirectory(tree.appending("etc"))
        try HostFiles.makeDirectory(tree.appending("usr/bin"))
        try HostFiles.makeDirectory(tree.appending("empty"), mode: [.ownerReadWriteExecute])
        try write("root:x:0:0::/root:/bin/sh\ndev:x:1000:1000::/home/dev:/bin/bash\n", to: tree.appending("etc/passwd"))
        try write("a name\n", to: tree.appending("etc/with space, ü and %"))
        try write("#!/bin/sh\n", to: tree.appending("usr/bin/tool"))
        let tool = tree.appending("usr/bin/tool").string
        try check(chmod(tool, 0o4755))
        try check(symlink("usr/bin", tree.appending("bin").string))
        try check(link(tool, tree.appending("usr/bin/same").string))
        try check(mkfifo(tree.appending("pipe").string, 0o600))
        return tree
    }

    /// Makes a disk image of 64 MiB with some data in it.
    func makeDisk(named name: String = "disk.qcow2", content: UInt8 = 7) async throws -> FilePath {
        let raw = root.appending(name + ".raw")
        try AtomicFile.write([UInt8](repeating: content, count: 3 << 20), to: raw, durable: false)
        try await run("truncate", ["--size=64M", raw.string])
        let disk = root.appending(name)
        try await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw.string, disk.string])
        return disk
    }

    /// Makes a disk image with data that can't be compressed.
    func makeNoise() async throws -> FilePath {
        var random = SystemRandomNumberGenerator()
        let raw = root.appending("noise.raw")
        let words = (0..<(256 << 10)).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        try AtomicFile.write(words, to: raw, durable: false)
        let disk = root.appending("noise.qcow2")
        try await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw.string, disk.string])
        return disk
    }

    /// Makes a private key without a passphrase.
    func makeKey() async throws -> FilePath {
        let key = root.appending("key")
        try await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key.string])
        return key
    }

    /// In what a box is not as it was added, for people.
    func differences(of name: String) async throws -> [String] {
        try await store.verify(name).flatMap(\.differences).map(\.description)
    }

    /// Adds what must be refused, and looks whether anything is left.
    func expectRefusal(of source: FilePath, says complaint: String, at location: SourceLocation = #_sourceLocation)
        async throws
    {
        let store = store
        let error = await #expect(throws: BoxError.self, sourceLocation: location) {
            try await store.add(source, name: "refused")
        }
        #expect(error?.code == .invalid, sourceLocation: location)
        #expect(error?.description.contains(complaint) == true, "\(error?.description ?? "")", sourceLocation: location)
        #expect(error?.description.contains("adding the box 'refused'") == true, sourceLocation: location)
        #expect(try images().isEmpty, sourceLocation: location)
        #expect(try staging().isEmpty, sourceLocation: location)
        #expect(try store.list().isEmpty, sourceLocation: location)
    }

    /// Makes a Vagrant box of files in a directory of their own: texts by their names, and disk images.
    func makeVagrantBox(
        named name: String = "test.box", _ texts: [String: String], disks: [String: FilePath], _ options: [String] = []
    ) async throws -> FilePath {
        let directory = root.appending(name + ".d")
        for (name, text) in texts {
            try HostFiles.makeDirectory(directory.appending(name).removingLastComponent())
            try write(text, to: directory.appending(name))
        }
        for (name, disk) in disks {
            try HostFiles.makeDirectory(directory.appending(name).removingLastComponent())
            try await run("cp", [disk.string, directory.appending(name).string])
        }
        let box = root.appending(name)
        try await run("tar", options + ["--sort=name", "-C", directory.string, "-caf", box.string, "."])
        return box
    }

    /// The permission bits of a file.
    func mode(of path: FilePath) throws -> UInt32 {
        var status = stat()
        try check(stat(path.string, &status))
        return status.st_mode & 0o7777
    }

    func write(_ text: String, to path: FilePath) throws {
        try AtomicFile.write(Array(text.utf8), to: path, durable: false)
    }

    func check(_ result: Int32) throws {
        guard result == 0 else { throw Errno(rawValue: errno) }
    }

    /// Runs a program that must succeed.
    func run(_ tool: String, _ arguments: [String]) async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments))
        guard outcome.status == 0 else { throw BoxStoreFixtureError(description: "\(tool): \(outcome.complaint)") }
    }

    static func machine(_ name: String) -> MachineIdentity {
        MachineIdentity(
            project: ProjectID(unchecked: "0123456789abcdef"), machine: MachineID(unchecked: "fedcba98\(name)"),
            projectName: ProjectName(unchecked: "shop"), name: MachineName(unchecked: name))
    }
}

extension BoxStore {
    /// Adds what a path holds.
    func add(_ source: FilePath, name: String, version: String? = nil, replacing: Bool = false) async throws(BoxError)
        -> BoxRecord
    {
        try await add(
            source, as: Naming(name: name, version: version, source: source.string, replacing: replacing))
    }

    /// Whether every image of a name is as it was added.
    func isIntact(_ name: String) async throws(BoxError) -> Bool {
        try await verify(name).allSatisfy(\.differences.isEmpty)
    }
}

struct BoxStoreFixtureError: Error, CustomStringConvertible {
    let description: String
}
