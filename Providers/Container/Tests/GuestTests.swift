import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import ContainerProvider

struct GuestTextTests {
    @Test func ownLinesOfAHostsFileStayAndTheBlockIsReplaced() {
        let entry = HostEntry(address: IPv4Address(value: 0x0A3C_000A), names: ["web", "web.test"])
        let first = HostsFile.text("127.0.0.1 localhost\n10.0.0.1 mine\n", hosts: [entry], hostname: "web")
        #expect(
            first == """
                127.0.0.1 localhost
                10.0.0.1 mine
                # devenv: the project's machines
                10.60.0.10 web web.test
                # devenv: end

                """)
        let second = HostsFile.text(first + "10.0.0.2 later\n", hosts: [], hostname: "web")
        #expect(second.contains("10.0.0.1 mine\n10.0.0.2 later\n"))
        #expect(!second.contains("web.test"))
        // the machine's own name is always there
        #expect(second.contains("127.0.1.1 web\n"))
    }

    @Test func anEmptyHostsFileGetsLocalhost() {
        #expect(HostsFile.text("", hosts: [], hostname: "web").hasPrefix("127.0.0.1 localhost\n::1 localhost"))
    }

    @Test func keysAreAddedOnce() {
        #expect(AuthorizedKeys.text("old\n", adding: ["new"]) == "old\nnew\n")
        #expect(AuthorizedKeys.text("old\nnew\n", adding: ["new"]) == "old\nnew\n")
        #expect(AuthorizedKeys.text("", adding: ["new"]) == "new\n")
    }

    @Test func accountsAreFoundByTheWholeName() {
        let passwd =
            "root:x:0:0:root:/root:/bin/bash\ndeveloper:x:7:7::/d:/bin/sh\ndev:x:1000:1001::/home/dev:/bin/sh\n"
        #expect(GuestAccount.find("dev", in: passwd) == GuestAccount(user: 1000, group: 1001, home: "/home/dev"))
        #expect(GuestAccount.find("nobody", in: passwd) == nil)
    }

    @Test func onlyServersThatAMachineCanReachAreTaken() {
        let text = "search a.test b.test\nnameserver 127.0.0.53\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n"
        let file = ResolverFile.read(text)
        #expect(file == ResolverFile(servers: [IPv4Address(value: 0xC000_0201)], search: ["a.test", "b.test"]))
        #expect(file.text.contains("nameserver 192.0.2.1\nsearch a.test b.test\n"))
        #expect(!ResolverFile(servers: []).text.contains("nameserver "))
    }

    @Test(arguments: [
        ("12 (sh) S 1 1 1 0 -1 4194304 1 1 1 1 1 1 1 1 20 0 1 0 777 1 1", UInt64(777)),
        ("12 (a) b) R) S 1 1 1 0 -1 4194304 1 1 1 1 1 1 1 1 20 0 1 0 778 1 1", 778),
        ("12 (sh) Z 1 1 1 0 -1 4194304 1 1 1 1 1 1 1 1 20 0 1 0 777 1 1", nil), ("nonsense", nil),
    ])
    func theStartOfAProcessIsRead(stat: String, start: UInt64?) {
        #expect(MachineProcess.parseStart(stat) == start)
    }

    @Test func layersAreListedTopFirstAndAwkwardPathsRefused() throws {
        let options = try OverlayMount.options(lower: ["/low", "/high"], upper: "/u", work: "/w")
        #expect(options == "redirect_dir=off,metacopy=off,lowerdir=/high:/low,upperdir=/u,workdir=/w")
        #expect(throws: HostError.self) { try OverlayMount.options(lower: ["/a:b"], upper: "/u", work: "/w") }
    }
}

@Suite(.requiresRoot) struct GuestRootTests {
    @Test func noLinkLeadsOutOfTheMachine() async throws {
        try await TemporaryDirectory.with { directory in
            let root = directory.path.appending("root")
            let outside = directory.path.appending("outside")
            try HostFiles.makeDirectory(root)
            try HostFiles.makeDirectory(outside)
            try directory.write("untouched", to: "outside/file")
            #expect(symlink(outside.string, root.appending("etc").string) == 0)
            let guest = try GuestRoot(root, ids: .standard)
            // the link's target does not exist inside the machine
            #expect(throws: HostError.self) {
                try guest.write(Array("x".utf8), to: "/etc/file", mode: .ownerReadWrite, owner: .root)
            }
            #expect(try guest.read("/etc/file") == nil)
            #expect(try directory.read("outside/file") == "untouched")
        }
    }

    @Test func filesBelongToTheMachinesUsersFromTheStart() async throws {
        try await TemporaryDirectory.with { directory in
            let guest = try GuestRoot(directory.path, ids: .standard)
            let account = GuestAccount(user: 1000, group: 1001, home: "/home/dev")
            try guest.write(Array("secret".utf8), to: "/key", mode: .ownerReadWrite, owner: account)
            var status = stat()
            #expect(stat(directory.path.appending("key").string, &status) == 0)
            #expect(status.st_uid == 0x7000_0000 + 1000 && status.st_gid == 0x7000_0000 + 1001)
            #expect(status.st_mode & 0o7777 == 0o600)
            #expect(try HostFiles.list(directory.path) == ["key"])
        }
    }

    @Test func aUserThatMachinesCantHaveIsRefused() async throws {
        try await TemporaryDirectory.with { directory in
            let guest = try GuestRoot(directory.path, ids: .standard)
            let stranger = GuestAccount(user: 70_000, group: 0, home: "/")
            #expect(throws: HostError.self) {
                try guest.write([], to: "/file", mode: .ownerReadWrite, owner: stranger)
            }
            #expect(try HostFiles.list(directory.path).isEmpty)
        }
    }
}
