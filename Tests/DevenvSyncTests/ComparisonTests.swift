import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvSSH
import DevenvSync
import DevenvTestSupport
import SystemPackage
import Testing

/// One look into the machine against what rsync has sent, with a real sshd, rsync and find.
@Suite(.requires(tool: "sshd", "ssh", "ssh-keygen", "rsync", "find"))
struct ComparisonTests {
    private static let filling = #"""
        mkdir -p 'it'\''s' empty '[d]' node_modules build; echo one > a; echo two > "$(printf 'b\nc')"; : > -rf
        ln -s nowhere dangling; ln -s a link; chmod 4750 a; chmod 700 empty; echo 3 > '[d]/ü'
        echo left > node_modules/out; echo left > x.log; echo sent > '[d]/build'
        """#

    private let exclude = ["node_modules/", "*.log", "/build"]

    @Test func whatWasSentIsEqualUntilEitherSideChanges() async throws {
        try await SSHServer.with { server in
            let (source, target) = (
                server.directory.path.appending("source"), "\(server.directory.path)/[t] 1/tar\\get"
            )
            try HostFiles.makeDirectory(source)
            let folder = SyncedFolder(
                source: Located(source), target: GuestPath(target), exclude: exclude, delete: true)
            try await sh(Self.filling, in: source)
            let side = Side(server: server, folder: folder)
            let sent = try await side.push()
            #expect(try await side.isEqual(sent))
            for (change, undoing) in [
                ("echo more > new", "rm new"), ("mkdir more", "rmdir more"), ("chmod 600 a", "chmod 4750 a"),
                ("ln -sfn other link", "ln -sfn a link"), ("rm dangling", "ln -s nowhere dangling"),
                ("mv -- -rf x", "mv -- x -rf"), ("mkfifo pipe", "rm pipe"), ("chown 1234 a", "chown 0 a; chmod 4750 a"),
            ] {
                try await sh(change, in: FilePath(target))
                #expect(try await !side.isEqual(sent), "\(change)")
                try await sh(undoing, in: FilePath(target))
                #expect(try await side.isEqual(sent), "\(undoing)")
            }
            try await sh("mkdir -p node_modules build .devenv; echo 1 > x.log; echo 2 > build/y", in: FilePath(target))
            #expect(try await side.isEqual(sent), "what is left out does not count")
            try await sh("echo more > a", in: source)
            #expect(try await !side.isEqual(sent), "the host's folder is another one")
        }
    }

    @Test func moreMayBeInAMachineThatKeepsWhatIsGone() async throws {
        try await SSHServer.with { server in
            try server.directory.write("one", to: "source/a")
            let folder = SyncedFolder(
                source: Located(server.directory.path.appending("source")),
                target: GuestPath("\(server.directory.path)/target"), delete: false)
            let side = Side(server: server, folder: folder)
            let sent = try await side.push()
            try server.directory.write("more", to: "target/more")
            #expect(try await side.isEqual(sent))
            try server.directory.write("two", to: "target/a")
            #expect(try await !side.isEqual(sent))
        }
    }

    private func sh(_ script: String, in directory: FilePath) async throws {
        let call = ToolInvocation("sh", ["-ec", script], directory: directory)
        let outcome = try await SystemToolRunner().run(call)
        try #require(outcome.status == 0, "\(script): \(outcome.complaint)")
    }
}

/// A folder and its machine.
private struct Side {
    let server: SSHServer
    let folder: SyncedFolder

    struct Sent {
        let memory: String
        let fingerprint: String
    }

    func push() async throws -> Sent {
        let communicator = SSHCommunicator(server.endpoint)
        let fingerprint = try await RsyncSynchronizer().fingerprint(folder)
        let result = try await RsyncSynchronizer()
            .push(folder, to: server.endpoint, over: communicator, knowing: nil)
        await communicator.close()
        return Sent(memory: try #require(result.memory), fingerprint: fingerprint)
    }

    func isEqual(_ sent: Sent) async throws -> Bool {
        let communicator = SSHCommunicator(server.endpoint)
        // files that are as new as the clock's last tick may be about to change
        let moment = FileClock.now + .seconds(1)
        let comparison = try await RsyncSynchronizer().comparison(
            of: folder, unchangedSince: moment, over: communicator, knowing: sent.memory, fingerprint: sent.fingerprint)
        await communicator.close()
        return comparison.isEqual
    }
}
