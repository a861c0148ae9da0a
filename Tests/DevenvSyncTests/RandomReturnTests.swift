import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvSSH
import DevenvSync
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Both sides of a folder are changed at random, then brought together: they end equal, and no text that either side has written
/// since is lost. `DEVENV_TEST_ROUNDS` says how often, `DEVENV_TEST_SEED` with which numbers.
@Suite(.requires(tool: "sshd", "ssh", "ssh-keygen", "rsync"))
struct RandomReturnTests {
    @Test func bothSidesEndEqualAndNothingIsLost() async throws {
        let rounds = Self.number("DEVENV_TEST_ROUNDS") ?? 12
        try await SSHServer.with { server in
            let base = server.directory.path.appending("base")
            let folder = SyncedFolder(
                source: Located(server.directory.path.appending("here")),
                target: GuestPath(server.directory.path.appending("there").string))
            let order = ReturnOrder(machine: MachineName(unchecked: "web"), part: nil, sends: true, base: base) { _ in
                true
            }
            let communicator = SSHCommunicator(server.endpoint)
            var generator = SeededGenerator(seed: UInt64(Self.number("DEVENV_TEST_SEED") ?? 1))
            let here = RandomTree(root: folder.source.value, side: "here")
            let there = RandomTree(root: FilePath(folder.target.string), side: "there")
            try here.make()
            try there.make()
            for round in 1...rounds {
                try here.disturb(round, &generator)
                try there.disturb(round, &generator)
                let written = try Set((here.texts() + there.texts()).filter { $0.hasPrefix("\(round) ") })
                let former = try (here.listing(), there.listing())
                let result = try await RsyncSynchronizer()
                    .bringBack(folder, order, from: server.endpoint, over: communicator)
                let listing = try here.listing()
                #expect(listing == (try there.listing()), "round \(round): \(former) \(result)")
                let lost = written.subtracting(try here.texts())
                #expect(lost.isEmpty, "round \(round): \(former) \(result)")
            }
            await communicator.close()
        }
    }

    private static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }
}

/// One side of the folder. There are few names, so that files, directories and links take each other's places.
private struct RandomTree {
    let root: FilePath
    let side: String

    func make() throws { try HostFiles.makeDirectory(root) }

    func disturb(_ round: Int, _ generator: inout SeededGenerator) throws {
        for number in 0..<Int.random(in: 0...6, using: &generator) {
            let names = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                ["a", "b", "new\nline", "d e"].randomElement(using: &generator) ?? "a"
            }
            let path = root.pushing(FilePath(names.joined(separator: "/")))
            switch Int.random(in: 0..<10, using: &generator) {
            case 0...4: try write("\(round) \(side) \(number)", to: path)
            case 5...6: try HostFiles.remove(path)
            case 7:
                try makeWay(to: path)
                try HostFiles.makeDirectory(path)
            case 8:
                try makeWay(to: path)
                symlink(["a", "b/a", "/etc"].randomElement(using: &generator) ?? "a", path.string)
            default: if HostFiles.kind(path) == .file { try HostFiles.setMode(of: path, .ownerReadWriteExecute) }
            }
        }
    }

    /// Everything with its kind, its permissions, and what it says.
    func listing() throws -> [String] {
        try paths().map { path in
            var status = stat()
            lstat(path.string, &status)
            let kind = HostFiles.kind(path)
            let content = kind == .file ? try text(path) : HostFiles.target(of: path)?.string ?? ""
            return "\(path.string.dropFirst(root.string.count)) \(kind == .link ? 0 : status.st_mode) \(content)"
        }.sorted()
    }

    func texts() throws -> [String] { try paths().filter { HostFiles.kind($0) == .file }.map(text) }

    private func text(_ path: FilePath) throws -> String {
        String(decoding: try HostFiles.read(path) ?? [], as: UTF8.self)
    }

    private func write(_ text: String, to path: FilePath) throws {
        try makeWay(to: path)
        try AtomicFile.write(Array(text.utf8), to: path, durable: false)
    }

    /// Removes what stands at the path, and every file on the way to it, and makes the directories.
    private func makeWay(to path: FilePath) throws {
        try HostFiles.remove(path)
        var way = root
        for component in path.components.dropFirst(root.components.count).dropLast() {
            way.append(component)
            if HostFiles.kind(way) != .directory { try HostFiles.remove(way) }
            try HostFiles.makeDirectory(way)
        }
    }

    private func paths() throws -> [FilePath] {
        var found: [FilePath] = []
        var waiting = [root]
        while let next = waiting.popLast() {
            if next != root { found.append(next) }
            guard HostFiles.kind(next) == .directory else { continue }
            waiting += try HostFiles.list(next).map { next.appending($0) }
        }
        return found
    }
}
