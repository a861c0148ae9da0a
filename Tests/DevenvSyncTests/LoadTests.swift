import DevenvHost
import DevenvPluginAPI
import DevenvSSH
import DevenvTestSupport
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import DevenvSync

/// The real rsync and the real shell behind a real sshd.
@Suite(.requires(tool: "sshd", "ssh", "ssh-keygen", "rsync"))
struct LoadTests {
    @Test func whatRsyncSaysIsRead() {
        var report = LoadReport(total: 300)
        let seen = Mutex<[LoadProgress]>([])
        let text =
            "\r            100  33%  1.00MB/s    0:00:00  \r            3"
            + "00 100%    2.00MB/s    0:00:00 (xfr#2, to-chk=0/3)\n\nNumber of regular files transferred: 1,002\n"
            + "Total transferred file size: 300 bytes\n"
        for piece in [text.prefix(60), text.dropFirst(60)] {
            report.take(Array(piece.utf8)) { progress in seen.withLock { $0.append(progress) } }
        }
        #expect(seen.withLock { $0.map(\.bytes) } == [100, 300])
        #expect(report.summary == SyncSummary(changedFiles: 1002, sentBytes: 300))
    }

    /// As `cp -r` does it.
    @Test func whatGoesWhereIsAsWithCp() async throws {
        try await SSHServer.with { server in
            try server.directory.write("a", to: "site/a b")
            try server.directory.write("x", to: "x")
            try HostFiles.makeDirectory(server.directory.path.appending("to"))
            _ = try await server.upload(["site"], to: "to")
            _ = try await server.upload(["site"], to: "to/free")
            _ = try await server.upload(["site/"], to: "to/contents")
            _ = try await server.upload(["x"], to: "to/y")
            let both = try await server.upload(["x", "site/a b"], to: "to")
            #expect(both == SyncSummary(changedFiles: 2, sentBytes: 2))
            #expect(try server.names("to") == ["a b", "contents", "free", "site", "x", "y"])
            for name in ["to/site/a b", "to/free/a b", "to/contents/a b", "to/a b"] {
                #expect(try server.directory.read(name) == "a", "\(name)")
            }
            _ = try await server.download("to/site", to: "back")
            _ = try await server.download("to/site/", to: "back")
            _ = try await server.download("to/y", to: "back")
            #expect(try server.names("back") == ["a b", "y"])
        }
    }

    @Test func modesLinksAndOddNamesArrive() async throws {
        try await SSHServer.with { server in
            try server.directory.write("x", to: "tree/new\nline")
            try server.directory.write("", to: "tree/.dot/-rf *")
            let tree = server.directory.path.appending("tree")
            try HostFiles.setMode(of: tree.appending("new\nline"), [.ownerRead, .ownerExecute])
            symlink("loop", tree.appending("loop").string)
            _ = try await server.upload(["tree"], to: "arrived")
            let arrived = server.directory.path.appending("arrived")
            var status = stat()
            #expect(stat(arrived.appending("new\nline").string, &status) == 0 && status.st_mode & 0o777 == 0o500)
            #expect(HostFiles.target(of: arrived.appending("loop")) == "loop")
            #expect(try server.directory.read("arrived/.dot/-rf *") == "")
        }
    }

    @Test func whatIsMissingIsToldBeforeAnythingIsCarried() async throws {
        try await SSHServer.with { server in
            try server.directory.write("x", to: "x")
            try server.directory.write("y", to: "y")
            let root = server.directory.path
            func message(_ body: () async throws(SyncError) -> SyncSummary) async -> String {
                do throws(SyncError) {
                    _ = try await body()
                    return "none"
                } catch { return error.description }
            }
            let none = await message { () async throws(SyncError) in try await server.upload(["no"], to: "z") }
            #expect(none.contains("there is no '\(root)/no' on this host"), "\(none)")
            let parent = await message { () async throws(SyncError) in try await server.upload(["x"], to: "no/z") }
            #expect(parent.contains("there is no directory '\(root)/no' in the machine"), "\(parent)")
            let several = await message { () async throws(SyncError) in try await server.upload(["x", "y"], to: "no") }
            #expect(several.contains("there is no directory '\(root)/no' in the machine"), "\(several)")
            let source = await message { () async throws(SyncError) in try await server.download("no", to: "z") }
            #expect(source.contains("there is no '\(root)/no' in the machine"), "\(source)")
            let target = await message { () async throws(SyncError) in try await server.download("x", to: "no/z") }
            #expect(target.contains("there is no directory '\(root)/no' on this host"), "\(target)")
            #expect(try server.names("").contains("z") == false)
        }
    }
}

extension SSHServer {
    /// Carries files of the server's directory to another place there.
    fileprivate func upload(_ names: [String], to target: String) async throws(SyncError) -> SyncSummary {
        let sources = names.map { directory.path.string + "/" + $0 }
        return try await carry(.upload(sources, to: directory.path.appending(target).string))
    }

    fileprivate func download(_ source: String, to target: String) async throws(SyncError) -> SyncSummary {
        try await carry(.download(directory.path.string + "/" + source, to: directory.path.appending(target)))
    }

    fileprivate func names(_ name: String) throws -> [String] {
        try HostFiles.list(directory.path.pushing(FilePath(name)))
    }

    private func carry(_ way: FileLoad.Way) async throws(SyncError) -> SyncSummary {
        let communicator = SSHCommunicator(endpoint)
        let result: Result<SyncSummary, SyncError>
        do throws(SyncError) {
            result = .success(
                try await RsyncSynchronizer().carry(FileLoad(way), with: endpoint, over: communicator) { _ in })
        } catch { result = .failure(error) }
        await communicator.close()
        return try result.get()
    }
}
