import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// What a host has more than before when a project has lived on it: nothing.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "unshare", "nsenter", "setsid"))
struct LeftoversTests {
    private static let envfile = """
        version: 1
        name: whole
        networks: { front: { subnet6: auto }, back: { internal: true } }
        defaults: { box: $BOX }
        machines:
          web: { networks: [front, back], forward: [{ host: 28970, guest: 22, auto: true }], memory: 256MiB }

        """

    @Test func aWholeLifeLeavesNothingThatTheScriptSees() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            let host = try await SmallHost.boot(for: project)
            do {
                try await expectEachKindIsSeen(in: host, project)
                try await expectNothingMore(in: host, project) {
                    let killed = "DEVENV_FAULT=container.start.created \(BuiltProgram.devenv) up; test $? = 137"
                    _ = try await host.run("sh", "-c", killed)
                }
                try await expectNothingMore(in: host, project) {
                    for command in ["up", "snapshot save first", "suspend", "resume", "halt", "up"] {
                        _ = try await host.run("sh", "-c", "\(BuiltProgram.devenv) \(command)")
                    }
                }
            } catch {
                try host.end()
                throw error
            }
            try host.end()
        }
    }

    /// Runs a part of a life, which leaves something while it lasts and nothing after a `destroy`.
    private func expectNothingMore(
        in host: SmallHost, _ project: AcceptanceProject, during body: () async throws -> Void
    ) async throws {
        let listing = Self.listing(of: host, project)
        try await listing.take()
        try await body()
        let marks = try project.marks() + [project.directory.string]
        let during = Self.ours(try await listing.more(), marks)
        for kind in ["mount", "link", "route", "nft", "namespace", "group", "process", "file", "runtime"] {
            #expect(during.contains { $0.hasPrefix("\(kind): ") }, "\(kind) in \(during)")
        }
        _ = try await host.run(BuiltProgram.devenv.string, "destroy", "-f")
        var left: [String] = []
        _ = try await comesTrue(within: .seconds(20)) {
            left = Self.ours(try await listing.more(), marks)
            return left.isEmpty
        }
        #expect(left == [])
    }

    /// One thing of each kind, made without devenv, is in the listing, and it is empty when they are gone.
    private func expectEachKindIsSeen(in host: SmallHost, _ project: AcceptanceProject) async throws {
        let listing = Self.listing(of: host, project)
        try await listing.take()
        let mark = "dvl\(UInt32.random(in: 0x1000_0000 ... .max))"
        let home = project.binary.home
        let things = [
            "mount: \(project.directory)/\(mark) tmpfs", "link: \(mark)", "route: unreachable 203.0.113.7",
            "policy: -4 32765:\tfrom 203.0.113.7", "nft: inet \(mark)", " on /run/netns/\(mark)", "/devenv/\(mark)",
            "process: ", "file: \(home)/containers/\(mark)", "runtime: /run/runc/\(mark)", "host: 203.0.113.7 \(mark)",
        ]
        let groups = try Self.hierarchies
        let surroundings =
            "mark=\(mark) home='\(home)' place='\(project.directory)' groups='\(groups.joined(separator: " "))'\n"
        _ = try await host.run("sh", "-c", surroundings + Self.making)
        let seen = Self.ours(try await listing.more(), [mark, "203.0.113.7"])
        for thing in things { #expect(seen.contains { $0.contains(thing) }, "\(thing) in \(seen)") }
        #expect(seen.filter { $0.hasPrefix("group: ") }.count == groups.count, "one in each hierarchy")
        #expect(seen.contains { $0.hasPrefix("process: ") && $0.contains("/devenv/\(mark) sleep") })
        _ = try await host.run("sh", "-c", surroundings + Self.unmaking)
        #expect(Self.ours(try await listing.more(), [mark, "203.0.113.7"]) == [])
    }

    /// Where control groups are: the one hierarchy of version 2, or those of version 1.
    private static var hierarchies: [String] {
        get throws {
            let root = "/sys/fs/cgroup"
            guard !HostFiles.exists(FilePath("\(root)/cgroup.controllers")) else { return [root] }
            return try HostFiles.list(FilePath(root)).map { "\(root)/\($0)" }
        }
    }

    /// The hosts file of the small host alone is changed: what is mounted there is seen nowhere else.
    private static let making = """
        set -e
        mkdir -p "$place/$mark" "$home/containers/$mark" "/run/runc/$mark"
        mount -t tmpfs "$mark" "$place/$mark"
        ip link add "$mark" type bridge
        ip route add unreachable 203.0.113.7 table 4711
        ip rule add from 203.0.113.7 lookup 4711
        nft "add table inet $mark; add chain inet $mark empty"
        ip netns add "$mark"
        for group in $groups; do mkdir -p "$group/devenv/$mark"; done
        sleep 600 >/dev/null 2>&1 &
        echo $! >"$group/devenv/$mark/cgroup.procs"
        { cat /etc/hosts
          echo "# devenv: machines of the project in /nowhere"; echo "203.0.113.7 $mark"
          echo "# devenv: end of the project in /nowhere"; } >"$place/$mark/hosts"
        mount --bind "$place/$mark/hosts" /etc/hosts
        """

    private static let unmaking = """
        umount /etc/hosts; umount "$place/$mark"
        rmdir "$place/$mark" "$home/containers/$mark" "/run/runc/$mark"
        rmdir --ignore-fail-on-non-empty "$home/containers" /run/runc
        ip rule delete from 203.0.113.7; ip route delete unreachable 203.0.113.7 table 4711; ip link delete "$mark"
        nft delete table inet "$mark"; ip netns delete "$mark"
        for group in $groups; do
            for process in $(cat "$group/devenv/$mark/cgroup.procs"); do kill -9 $process; done
            while grep -q . "$group/devenv/$mark/cgroup.procs"; do :; done
            rmdir "$group/devenv/$mark"; rmdir --ignore-fail-on-non-empty "$group/devenv"
        done
        true
        """

    private static func listing(of host: SmallHost, _ project: AcceptanceProject) -> HostListing {
        let home = project.binary.home
        return HostListing(file: project.directory.appending("before"), arguments: [home.string]) { words in
            try await host.run(words)
        }
    }

    /// Networks and mounts of the small host are all its own; the rest it shares with whatever else runs here.
    private static func ours(_ lines: [String], _ marks: [String]) -> [String] {
        lines.filter { line in
            let isAlone = ["link: ", "route: ", "policy: ", "nft: ", "mount: "].contains { line.hasPrefix($0) }
            return isAlone && !line.contains(" in mnt:[") || marks.contains { line.contains($0) }
        }
    }
}
