import DevenvHost
import DevenvTestSupport
import Testing

/// The options of containers, beside a container that has none of them.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "crun", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct ContainerKeyTests {
    static let envfile = """
        version: 1
        defaults: { box: $BOX }
        machines:
          usual:
          free:
            container: { privileged: true, runtime: crun }
          special:
            memory: 128MiB
            container:
              swap: 64MiB
              nesting: true
              binds: [shared:/srv/shared:ro]
              devices: [/dev/fuse]
              pids: 99
              seccomp: unconfined
              init: false
              environment: { LEVEL: "3" }
              dns: [127.0.0.53]
              capabilities: [NET_ADMIN]
              command: [/bin/sh, -c, 'echo "$LEVEL" > /run/level; exec /usr/sbin/sshd -D -e']
        """

    /// Says the limit of memory and swap together, what kind of file a device is, and who root is outside.
    private static let more = """
        cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes; stat -c %F /dev/fuse; awk '{ print $1, $2 }' /proc/self/uid_map
        """

    /// The limits of a project's machines, in the host's control groups.
    private static func limits(of project: AcceptanceProject) async throws -> Set<String> {
        let id = try #require(try project.marks().first)
        // groups of others vanish while they are looked at
        let search = ToolInvocation(
            "find", ["/sys/fs/cgroup", "-path", "*/devenv/\(id)/*/pids.max", "-exec", "cat", "{}", ";"])
        return Set(try await SystemToolRunner().run(search).text.split(separator: "\n").map(String.init))
    }

    @Test func eachOptionIsSeenInTheMachineAndTheOtherHasTheDefaults() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try project.write("by the host", to: "shared/file")
            try await project.expect("up")
            let first =
                "cat /proc/1/comm; grep Seccomp: /proc/self/status | tr -d '\\t'; cat /run/level 2>/dev/null || true"
            #expect(try await project.said(first, in: "special") == "sshd\nSeccomp:0\n3\n")
            #expect(try await project.said(first, in: "usual") == "init\nSeccomp:2\n")
            let servers = "grep ^nameserver /etc/resolv.conf || true"
            #expect(try await project.said(servers, in: "special") == "nameserver 127.0.0.53\n")
            #expect(try await !project.said(servers, in: "usual").contains("127.0.0.53"))
            try await project.expect("ssh", "special", "-c", "sudo ip link set lo mtu 1400")
            let refused = try await project.devenv("ssh", "usual", "-c", "sudo ip link set lo mtu 1400")
            #expect(refused.status != 0 && refused.transcript.contains("not permitted"), "\(refused.transcript)")
            #expect(try await Self.limits(of: project) == ["99", "4096"])
            #expect(
                try await project.said(Self.more, in: "special") == "201326592\ncharacter special file\n0 1879048192\n")
            #expect(
                try await project.said("stat -c %U /srv/shared; cat /srv/shared/file", in: "special")
                    == "dev\nby the host")
            #expect(try await project.said("xargs < /proc/self/uid_map", in: "free") == "0 0 4294967295\n")
        }
    }

    @Test func whatCanChangeWhileItRunsDoesAndTheRestTakesARestart() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            let missing = try await project.devenv("up", "special").transcript
            #expect(missing.contains("Envfile:12: there is no '\(project.directory)/shared' to bind on '/srv/shared'"))
            try project.write("by the host", to: "shared/file")
            try await project.expect("up", "special")
            try await project.expect("ssh", "special", "-c", "sudo touch /run/mark")
            let live = Self.envfile.replacing("pids: 99", with: "pids: 120").replacing("127.0.0.53", with: "127.0.0.54")
                .replacing("swap: 64MiB", with: "swap: unlimited")
            try project.write(live, to: "Envfile")
            #expect(try await project.expect("plan", "special", status: 10).text.contains("update"))
            try await project.expect("up", "special")
            #expect(
                try await project.said("ls /run/mark; grep ^name /etc/resolv.conf", in: "special").hasSuffix(
                    "mark\nnameserver 127.0.0.54\n"))
            #expect(try await Self.limits(of: project) == ["120"])
            #expect(try await !project.said(Self.more, in: "special").contains("201326592"))
            try project.write(live.replacing("LEVEL: \"3\"", with: "LEVEL: \"4\""), to: "Envfile")
            try await project.expect("up", "special")
            #expect(try await project.said("cat /run/level; ls /run/mark 2>/dev/null || true", in: "special") == "4\n")
        }
    }
}
