import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Containers of an ordinary user, who becomes root nowhere but in a realm of its own.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "slirp4netns", "newuidmap", "useradd", "setpriv")
)
struct RootlessTests {
    private static func envfile(port: UInt16) -> String {
        """
        version: 1
        name: pair
        defaults: { box: small }
        networks: { default: { subnet6: auto } }
        machines:
          web: { forward: ["\(port):22"], container: { runtime: \(runtime) } }
          db:
            sync: ["src:/home/dev/src"]
            memory: 256MiB
            container: { nesting: true, devices: [/dev/net/tun], binds: ["src:/srv/src", "src:/srv/same:ro"] }

        """
    }

    private static let runtime = Requirement.find("crun") == nil ? "runc" : "crun"

    @Test func anOrdinaryUserHasTheSameMachines() async throws {
        try await OrdinaryUser.with { user in
            let ports = [try LoopbackPort.free(), try LoopbackPort.free()]
            try await isKilledWhileItsRealmIsMade(user)
            try await addBox(to: user)
            let listing = Self.listing(of: user)
            try await listing.take()
            try await isKilledOnItsWayUp(user, listing)
            try await comesUp(user, ports[0])
            try await changesLive(user, from: ports[0], to: ports[1])
            try await survivesTheEndOfItsWayOutside(user, ports[1])
            try await survivesTheEndOfItsRealm(user)
            try await standsStillAndIsSaved(user)
            try await haltsAndComesBack(user)
            try await goesWithoutATrace(user, listing)
        }
    }

    /// Whatever a kill has left of a realm, the next command has a whole one and ends it.
    private func isKilledWhileItsRealmIsMade(_ user: OrdinaryUser) async throws {
        for point in ["started", "connected", "noted"] {
            try await user.devenv(
                "box", "verify", environment: ["DEVENV_FAULT=container.realm.\(point)"], status: 137)
            #expect(user.programs.contains("catatonit"), "\(point)")
            try await user.devenv("box", "verify")
            try await user.expectNoProcess()
        }
    }

    /// A box without what no test needs: what is unpacked is measured, file by file.
    private func addBox(to user: OrdinaryUser) async throws {
        let source = try await TestBox.image().layers.first?.string ?? ""
        let archive = user.home.appending("small.tar").string
        let left = [
            "usr/share", "var/cache", "var/lib/dpkg", "var/lib/apt", "usr/lib/x86_64-linux-gnu/perl*",
            "usr/lib/x86_64-linux-gnu/gconv",
        ]
        let packed = try await SystemToolRunner().run(
            ToolInvocation(
                "tar",
                ["-C", source, "--xattrs", "--xattrs-include=*", "-cf", archive] + left.map { "--exclude=./\($0)/*" }
                    + ["."]))
        try #require(packed.status == 0, "\(packed.complaint)")
        #expect(user.processes == [], "nothing was started yet")
        try await user.devenv("box", "add", "small.tar", "--name", "small")
        try await user.devenv("box", "verify", "small")
        try await user.expectNoProcess()
    }

    private func comesUp(_ user: OrdinaryUser, _ port: UInt16) async throws {
        try user.write("hello\n", to: "src/greeting")
        let reserved = Self.envfile(port: port) + "  all: { provider: container, container: { privileged: true } }\n"
        try user.write(reserved, to: "Envfile")
        let refused = try await user.devenv("validate", status: 2)
        #expect(refused.transcript.contains("can't have 'privileged': only root's machines can"))
        try user.write(Self.envfile(port: port), to: "Envfile")
        let up = try await user.devenv("up")
        #expect(up.transcript.contains("'memory' has no effect on 'db'"))
        #expect(user.programs.filter { ["catatonit", "slirp4netns"].contains($0) } == ["catatonit", "slirp4netns"])
        try await hasItsOptions(user)
        let said = try await user.devenv("ssh", "db", "-c", "sudo id -u; cat src/greeting; cat /proc/self/uid_map")
        #expect(said.text.hasPrefix("0\nhello\n"))
        let map = said.text.split(separator: "\n").dropFirst(2).map { $0.split(separator: " ") }
        #expect(map == [["0", "0", "1"], ["1", "1", "65535"]], "the machine has a user namespace below the realm")
        let named = try await user.devenv("ssh", "db", "-c", "exec 3<>/dev/tcp/web/22; head -c 4 <&3")
        #expect(named.text == "SSH-", "machines reach each other by their names")
        let renamed = try await user.devenv(
            "ssh", "db", "-c", "sudo mv /etc/ssh /etc/moved && sudo mv /etc/moved /etc/ssh")
        #expect(renamed.status == 0, "directories of the box can be renamed")
        #expect(try await banner(port) == "SSH-")
        let config = try await user.devenv("ssh-config")
        try user.write(config.text, to: "ssh.conf")
        let plain = try await user.run(["ssh", "-F", "ssh.conf", "web", "hostname"])
        #expect(plain.text == "web\n", "any ssh gets there")
        let hosts = try await user.devenv("hosts")
        #expect(hosts.text == "", "addresses that the host has no way to")
        #expect(hosts.errors.contains("this host has no way to the addresses of 'web', 'db', which are left out"))
        #expect(try await user.devenv("hosts", "--json").text.contains("\"reachable\" : false"))
    }

    /// Devices that everybody may open, the user's own files, which root inside owns, and what containers inside take.
    private func hasItsOptions(_ user: OrdinaryUser) async throws {
        let tries = """
            stat -c %u /srv/src/greeting; sudo touch /srv/src/made; touch /srv/src/refused /srv/same/refused
            sudo mount -o remount,bind,rw /srv/same; sudo touch /srv/same/refused
            cat /dev/net/tun; sudo unshare --mount --pid --fork mount -t proc proc /mnt && echo nested; test -d /sys/fs/cgroup/pids || \
            test -e /sys/fs/cgroup/cgroup.procs && echo groups
            """
        let tried = try await user.devenv("ssh", "db", "-c", tries)
        #expect(tried.text == "0\nnested\ngroups\n", "\(tried.transcript)")
        #expect(tried.transcript.contains("/dev/net/tun: File descriptor in bad state"), "it is open, tun(4)")
        let made = user.home.pushing("src/made")
        var status = stat()
        #expect(stat(made.string, &status) == 0 && status.st_uid == user.id)
        #expect(!HostFiles.exists(user.home.pushing("src/refused")))
        unlink(made.string)
    }

    /// A forward that is changed in a running machine leads there at once, and its old port is free again.
    private func changesLive(_ user: OrdinaryUser, from old: UInt16, to new: UInt16) async throws {
        try user.write(Self.envfile(port: new), to: "Envfile")
        try await user.devenv("up")
        #expect(try await banner(new) == "SSH-")
        #expect(try await banner(old) == nil)
        #expect(try await user.devenv("up").transcript.contains("Nothing to do"))
    }

    /// Without its holder nobody reaches the machines: they have stopped, and keep what was written.
    private func survivesTheEndOfItsRealm(_ user: OrdinaryUser) async throws {
        try await user.devenv("ssh", "db", "-c", "echo kept > kept; sync")
        try await user.kill("catatonit")
        #expect(try await user.devenv("status").text.contains("stopped"))
        try await user.devenv("up")
        #expect(try await user.devenv("ssh", "db", "-c", "cat kept").text == "kept\n")
    }

    /// What leads outside is missed, and put right without a restart.
    private func survivesTheEndOfItsWayOutside(_ user: OrdinaryUser, _ port: UInt16) async throws {
        try await user.kill("slirp4netns")
        #expect(try await banner(port) == nil)
        let mended = try await user.devenv("up")
        #expect(mended.transcript.contains("the forward"), "\(mended.transcript)")
        #expect(try await banner(port) == "SSH-")
    }

    /// With a control group of the user's own machines stand still, for themselves or while they are saved.
    private func standsStillAndIsSaved(_ user: OrdinaryUser) async throws {
        let change = "sudo rm -r /etc/skel && sudo mkdir /etc/skel /srv/kept && echo one | sudo tee /srv/kept/file"
        #expect(try await user.devenv("ssh", "web", "-c", change).text == "one\n")
        guard user.group != nil else { return }
        try await user.devenv("suspend", "web")
        #expect(try await user.devenv("status").text.contains("suspended"))
        try await user.devenv("resume", "web")
        try await user.devenv("snapshot", "save", "ran", "web")
        try await user.devenv("ssh", "web", "-c", "sudo rm -r /srv/kept /etc/ssh/moduli")
        try await user.devenv("snapshot", "restore", "ran", "web")
        #expect(try await user.devenv("ssh", "web", "-c", Self.look).text == "/etc/ssh/moduli\n/srv/kept/file\n")
        try await user.devenv("suspend", "web")
    }

    /// What of the box was removed, and what was made, by the machine that is saved.
    private static let look = "ls -d /etc/skel/.[a-z]* /etc/ssh/moduli /srv/kept/file 2>/dev/null || true"

    /// Without one the machine that does not run is saved, and becomes a box; one that runs says what is missing.
    private func haltsAndComesBack(_ user: OrdinaryUser) async throws {
        try await user.devenv("halt")
        try await user.expectNoProcess()
        if let group = user.group { #expect(!HostFiles.exists(group.appending("devenv")), "groups are left") }
        let user = user.ungrouped
        try await user.devenv("snapshot", "save", "stood", "web")
        try await user.devenv("up", "web")
        let refused = try await user.devenv("suspend", "web", status: 1)
        #expect(refused.transcript.contains("no control group of version 2 is delegated to you"))
        try await user.devenv("snapshot", "save", "runs", "web", status: 1)
        try await user.devenv("ssh", "web", "-c", "sudo rm -r /srv/kept /etc/ssh/moduli")
        try await user.devenv("snapshot", "restore", "stood", "web")
        try await user.devenv("snapshot", "delete", "ran", "web")
        try await user.devenv("box", "package", "web", "--snapshot", "stood", "--as", "kept")
        let images = user.home.appending(".local/share/devenv/boxes/images")
        let kept = try HostFiles.list(images).filter { image in
            HostFiles.exists(images.appending(image).pushing("rootfs/srv/kept/file"))
        }
        #expect(kept.count == 1)
        try await user.devenv("box", "remove", "kept")
        try await user.devenv("up", "web")
        #expect(try await user.devenv("ssh", "web", "-c", Self.look).text == "/etc/ssh/moduli\n/srv/kept/file\n")
    }

    /// What is there of the user on this host, and of its machines.
    private static func listing(of user: OrdinaryUser) -> HostListing {
        let places = [".local/share/devenv", "run/devenv"].map { user.home.pushing(FilePath($0)).string }
        let texts = ["--of", user.name, "--of", user.home.string]
        return HostListing(
            file: user.home.appending("before"), arguments: ["--user", user.name] + texts + places
        ) { words in
            let outcome = try await SystemToolRunner().run(ToolInvocation(words[0], Array(words.dropFirst())))
            #expect(outcome.status == 0, "\(words): \(outcome.transcript)")
            return outcome.text
        }
    }

    /// A destroy removes what a killed command has begun.
    private func isKilledOnItsWayUp(_ user: OrdinaryUser, _ listing: HostListing) async throws {
        try await user.run(["mkdir", "src"])
        try user.write(Self.envfile(port: try LoopbackPort.free()), to: "Envfile")
        try await user.devenv("up", "web", environment: ["DEVENV_FAULT=container.start.created"], status: 137)
        let during = try await listing.more()
        for kind in ["mount", "namespace", "process", "file", "runtime"] {
            #expect(during.contains { $0.hasPrefix("\(kind): ") }, "\(kind) in \(during)")
        }
        try await user.devenv("destroy", "-f")
        try await user.expectNoProcess()
        let left = try await listing.more()
        #expect(left == [])
    }

    private func goesWithoutATrace(_ user: OrdinaryUser, _ listing: HostListing) async throws {
        try await user.devenv("destroy", "-f")
        try await user.expectNoProcess()
        let left = try await listing.more()
        #expect(left == [])
        #expect(try HostFiles.list(user.home.appending(".local/share/devenv/containers")) == [])
        #expect(try HostFiles.list(user.home.appending("run/devenv/containers")) == [])
        let mounts = String(decoding: try HostFiles.read("/proc/mounts") ?? [], as: UTF8.self)
        #expect(!mounts.contains(user.home.string))
        try await user.devenv("box", "remove", "small")
        #expect(try HostFiles.list(user.home.appending(".local/share/devenv/boxes/images")) == [])
        try await user.expectNoProcess()
    }

    /// The first bytes that come from a port of the host; nil where nobody listens.
    private func banner(_ port: UInt16) async throws -> String? {
        let outcome = try await SystemToolRunner().run(
            ToolInvocation(
                "bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port) && head -c 4 <&3"], timeout: .seconds(30)))
        return outcome.status == 0 ? outcome.text : nil
    }
}
