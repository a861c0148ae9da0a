import CHost
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

/// The real rsync to a real sshd.
@Suite(.requires(tool: "sshd", "ssh", "ssh-keygen", "rsync"))
struct RsyncSynchronizerTests {
    @Test func aFolderIsSentOnceAndThenOnlyWhatChanged() async throws {
        try await SSHServer.with { server in
            let folder = server.folder()
            try server.directory.write("one", to: "source/a")
            try server.directory.write("three", to: "source/deep/er/b")
            #expect(try await server.push(folder) == SyncSummary(changedFiles: 2, sentBytes: 8))
            #expect(try server.directory.read("target/deep/er/b") == "three")
            #expect(try await server.push(folder) == SyncSummary(changedFiles: 0, sentBytes: 0))
            try server.directory.write("changed", to: "source/a")
            #expect(try await server.push(folder).changedFiles == 1)
            #expect(try server.directory.read("target/a") == "changed")
        }
    }

    @Test(.requires(tool: "socat")) func aMachineBehindAProgramIsReachedThroughIt() async throws {
        try await SSHServer.with { server in
            let plain = server.endpoint
            // a quote, a blank and a percent sign on their way through rsync, ssh and a shell
            let script = "exec socat - TCP:127.0.0.1:\(plain.port) # it's 100% \"fine\""
            let endpoint = SSHEndpoint(
                host: "no-such-host.invalid", port: 1, user: plain.user, identityFile: plain.identityFile,
                knownHostsFile: plain.knownHostsFile, hostKeyAlias: plain.hostKeyAlias, hostKey: plain.hostKey,
                proxy: ["sh", "-c", script])
            try server.directory.write("one", to: "source/a")
            let communicator = SSHCommunicator(endpoint)
            let result = try await RsyncSynchronizer()
                .push(server.folder(), to: endpoint, over: communicator, knowing: nil)
            await communicator.close()
            #expect(result.summary == SyncSummary(changedFiles: 1, sentBytes: 3))
            #expect(try server.directory.read("target/a") == "one")
        }
    }

    @Test(arguments: ["a b", "it's", "\"q\"", "$HOME `id`", "new\nline", "-rf", "ü", "*?[x]", "\\", ":colon", "~"])
    func oddNamesOfFilesAndTargetsArrive(_ name: String) async throws {
        try await SSHServer.with { server in
            try server.directory.write("x", to: "source/\(name)")
            _ = try await server.push(server.folder(target: "target \(name)/\(name)"))
            let text = try server.directory.read("target \(name)/\(name)/\(name)")
            #expect(text == "x")
        }
    }

    @Test func filesThatTheHostDoesNotHaveAreRemovedOnlyWhenAskedAndNeverExcludedOnes() async throws {
        try await SSHServer.with { server in
            for name in ["source/a", "target/old", "target/keep.log", "target/.devenv/machine"] {
                try server.directory.write("x", to: name)
            }
            var folder = server.folder()
            folder.exclude = ["*.log"]
            folder.delete = false
            _ = try await server.push(folder)
            #expect(try server.names("target") == [".devenv", "a", "keep.log", "old"])
            folder.delete = true
            #expect(try await server.push(folder).changedFiles == 1)
            #expect(try server.names("target") == [".devenv", "a", "keep.log"])
        }
    }

    @Test func theStateOfTheProjectIsNeverSent() async throws {
        try await SSHServer.with { server in
            for name in ["source/.devenv/key", "source/sub/.devenv/key", "source/file", "source/skipped/x"] {
                try server.directory.write("x", to: name)
            }
            var folder = server.folder()
            folder.exclude = ["/skipped"]
            folder.arguments = ["--include=.devenv/"]
            _ = try await server.push(folder)
            #expect(try server.names("target") == ["file", "sub"])
            #expect(try server.names("target/sub").isEmpty)
        }
    }

    @Test func modesTimesAndLinksAreKept() async throws {
        try await SSHServer.with { server in
            try server.directory.write([1], to: "source/run", mode: [.ownerReadWriteExecute, .groupReadExecute])
            #expect(symlink("run", "\(server.directory.path)/source/link") == 0)
            _ = try await server.push(server.folder())
            let source = try server.status("source/run")
            let target = try server.status("target/run")
            #expect(target.st_mode == source.st_mode)
            #expect(target.st_mtim.tv_sec == source.st_mtim.tv_sec)
            #expect(HostFiles.kind(server.directory.path.pushing("target/link")) == .link)
        }
    }

    @Test(.requiresRoot) func ownerAndGroupAreSetAndTheGroupIsTheOwnersOwnUnlessGiven() async throws {
        try await SSHServer.with { server in
            try server.directory.write("x", to: "source/a")
            #expect(chown("\(server.directory.path)/source/a", 12_345, 12_345) == 0)
            var folder = server.folder()
            _ = try await server.push(folder)
            #expect(try server.owner("target/a") == [0, 0])
            folder.owner = "nobody"
            _ = try await server.push(folder)
            #expect(try server.owner("target/a") == [65_534, 65_534])
            folder.group = "daemon"
            _ = try await server.push(folder)
            #expect(try server.owner("target/a") == [65_534, 1])
        }
    }

    @Test func anUnknownOwnerIsNamed() async throws {
        try await SSHServer.with { server in
            try server.directory.write("x", to: "source/a")
            var folder = server.folder()
            folder.owner = "nobody-knows"
            let error = await server.failure(of: folder)
            #expect(error?.message.contains("nobody-knows") == true)
        }
    }

    @Test func aMachineWithoutRsyncIsToldFromOtherTroubles() async throws {
        try await SSHServer.with { server in
            try server.directory.write("x", to: "source/a")
            try HostFiles.makeDirectory(server.directory.path.appending("bin"))
            let shell = try #require(ToolPath.find("sh"))
            #expect(symlink(shell.string, "\(server.directory.path)/bin/sh") == 0)
            let bare = Bare(
                inner: SSHCommunicator(server.endpoint), path: server.directory.path.appending("bin").string)
            let error = await server.failure(of: server.folder(), over: bare)
            #expect(error?.help == "install rsync in the box")
        }
    }

    @Test func aSourceThatIsMissingOrNoFolderIsNamed() async throws {
        try await SSHServer.prepared { server in
            let missing = await server.failure(of: server.folder())
            #expect(missing?.message.contains("\(server.directory.path)/source") == true)
            try server.directory.write("x", to: "source")
            let file = await server.failure(of: server.folder())
            #expect(file?.message.contains("not a folder") == true)
        }
    }

    @Test func aMachineWithAnotherHostKeyGetsNothing() async throws {
        try await SSHServer.with { server in
            try server.directory.write("x", to: "source/a")
            let known = try #require(try server.directory.read("user_key.pub"))
            try server.directory.write("\(server.endpoint.hostKeyAlias) \(known)", to: "known_hosts")
            let error = await server.failure(of: server.folder())
            #expect(error?.message.contains("the connection failed: Host key verification failed") == true)
            #expect(try server.names("target").isEmpty)
        }
    }

    @Test func pathsOfKeysMayHoldAnything() async throws {
        try await SSHServer.with { server in
            try server.directory.write("x", to: "source/a")
            let odd = "it's 100% \"odd\" #1"
            let files = ["user_key", "known_hosts"]
            for name in files { try server.directory.write(server.directory.read(name) ?? "", to: "\(odd)/\(name)") }
            let folder = server.directory.path.appending(odd)
            let old = server.endpoint
            let endpoint = SSHEndpoint(
                host: old.host, port: old.port, user: old.user, identityFile: folder.appending(files[0]),
                knownHostsFile: folder.appending(files[1]), hostKeyAlias: old.hostKeyAlias, hostKey: old.hostKey)
            let communicator = SSHCommunicator(old)
            let result = try await RsyncSynchronizer()
                .push(server.folder(), to: endpoint, over: communicator, knowing: nil)
            #expect(result.summary.changedFiles == 1)
        }
    }

    @Test func whatIsRememberedOfTheMachineIsNotAskedAgain() async throws {
        try await SSHServer.with { server in
            try server.directory.write("x", to: "source/a")
            let rsync = RsyncSynchronizer()
            let first = try await rsync.push(
                server.folder(), to: server.endpoint, over: SSHCommunicator(server.endpoint), knowing: nil)
            try server.directory.write("y", to: "source/b")
            let second = try await rsync.push(
                server.folder(), to: server.endpoint, over: Silent(), knowing: first.memory)
            #expect(second.summary.changedFiles == 1)
            #expect(try server.names("target") == ["a", "b"])
        }
    }

    @Test(arguments: ["", "::::", "dev:::privileged:nobody-of-this-name:", ":::privileged:no-such-user:no-such-group"])
    func whatIsNoLongerTrueIsFoundOutAgain(_ memory: String) async throws {
        try await SSHServer.with { server in
            try server.directory.write("x", to: "source/a")
            let result = try await RsyncSynchronizer().push(
                server.folder(target: "deep/target"), to: server.endpoint, over: SSHCommunicator(server.endpoint),
                knowing: memory)
            #expect(result.memory != memory)
            #expect(try server.names("deep/target") == ["a"])
        }
    }

    @Test func cancellingEndsRsync() async throws {
        try await SSHServer.with { server in
            try server.directory.write([UInt8](repeating: 7, count: 4 << 20), to: "source/large")
            var folder = server.folder()
            folder.arguments = ["--bwlimit=10"]
            let mark = "\(server.directory.path)/source/"
            let push = Task { [folder] in await server.failure(of: folder) }
            try await eventually("rsync runs") { !ProcessTable.processes(withArgument: mark).isEmpty }
            push.cancel()
            #expect(await push.value?.isCancellation == true)
            try await eventually("rsync has ended") { ProcessTable.processes(withArgument: mark).isEmpty }
        }
    }
}

/// A machine that must not be asked anything.
private struct Silent: Communicator {
    func waitUntilReady(timeout: Duration) async throws(CommunicatorError) { throw Self.asked }

    func run(_ command: RemoteCommand, output: @escaping OutputHandler) async throws(CommunicatorError) -> RemoteExit {
        throw Self.asked
    }

    func close() async {}

    private static let asked = CommunicatorError(.failed, "the machine was asked")
}

extension SSHServer {
    fileprivate func folder(target: String = "target") -> SyncedFolder {
        SyncedFolder(
            source: Located(directory.path.appending("source")), target: GuestPath("\(directory.path)/\(target)"))
    }

    @discardableResult
    fileprivate func push(_ folder: SyncedFolder) async throws -> SyncSummary {
        try await RsyncSynchronizer()
            .push(folder, to: endpoint, over: SSHCommunicator(endpoint), knowing: nil).summary
    }

    /// The error of a synchronisation, nil where there was none.
    fileprivate func failure(of folder: SyncedFolder, over communicator: (any Communicator)? = nil) async -> SyncError?
    {
        let communicator = communicator ?? SSHCommunicator(endpoint)
        do throws(SyncError) {
            _ = try await RsyncSynchronizer().push(folder, to: endpoint, over: communicator, knowing: nil)
            return nil
        } catch {
            return error
        }
    }

    fileprivate func names(_ name: String) throws -> [String] {
        try HostFiles.list(directory.path.pushing(FilePath(name)))
    }

    fileprivate func status(_ name: String) throws -> stat {
        var status = stat()
        guard lstat("\(directory.path)/\(name)", &status) == 0 else { throw Errno(rawValue: errno) }
        return status
    }

    fileprivate func owner(_ name: String) throws -> [UInt32] {
        let status = try status(name)
        return [status.st_uid, status.st_gid]
    }
}

/// A machine in whose `PATH` there is nothing but a shell.
private struct Bare: Communicator {
    let inner: SSHCommunicator
    let path: String

    func waitUntilReady(timeout: Duration) async throws(CommunicatorError) {
        try await inner.waitUntilReady(timeout: timeout)
    }

    func run(_ command: RemoteCommand, output: @escaping OutputHandler) async throws(CommunicatorError) -> RemoteExit {
        try await inner.run(RemoteCommand("PATH=\(path) \(command.text)"), output: output)
    }

    func close() async { await inner.close() }
}
