import ContainerProvider
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Machines that may do more than others, and how much more.
@Suite(.requiresContainers, .requires(tool: "busybox"))
struct NestingTests {
    @Test(.requires(tool: "podman", "conmon"))
    func containersRunInsideAndReachNoFurtherThanTheirMachine() async throws {
        try await ContainerFixture.with { fixture in
            let options = fixture.options(["nesting": .boolean(true), "swap": .string("1GiB")])
            let web = fixture.request { spec in
                options(&spec)
                spec.memory = ByteCount(bytes: 256 << 20)
            }
            try await fixture.up(web)
            try await fixture.install(["runc", "busybox"], in: web)
            let inner = try await fixture.say(Self.innerContainer, in: web, as: "root")
            #expect(inner == "1 inner")
            try await fixture.installPodman(in: web)
            let podman = try await fixture.say(Self.podmanContainer, in: web, as: "root")
            #expect(podman == "1 boat 0\n\(64 << 20)")
            let group = "/sys/fs/cgroup/memory"
            let total = try await fixture.say("cat \(group)/memory.memsw.limit_in_bytes", in: web)
            #expect(total == String((256 << 20) + (1 << 30)))
            try await expectRefusals(of: Self.escapes(group), in: web, fixture)
            // containers inside are killed with their machine, also where it keeps them from going on, and their control groups go
            let frozen = "/sys/fs/cgroup/freezer/frozen"
            let freeze = "mkdir \(frozen); sleep 1000 >/dev/null 2>&1 & echo $! > \(frozen)/cgroup.procs"
            // before that it has the session's output open
            let wait = "while [ $(cat /proc/$!/comm) != sleep ]; do :; done"
            let state = try await fixture.say(
                "\(freeze); \(wait); echo FROZEN > \(frozen)/freezer.state; cat \(frozen)/freezer.state", in: web,
                as: "root")
            #expect(state.hasPrefix("FR"))
            let second = "cd /srv/inner && sed -i 's/echo [^\"]*/sleep 1000/' config.json"
            let start = "runc --root /run/inner run -d two </dev/null >/dev/null 2>&1 && runc --root /run/inner list -q"
            #expect(try await fixture.say("\(second) && \(start)", in: web, as: "root") == "two")
            try await fixture.provider.stop(web.recorded, grace: .zero)
            #expect(try await fixture.state(of: web) == .stopped)
        }
    }

    @Test func aPrivilegedMachineIsRootOfTheHostAndItsFilesToo() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request(
                change: fixture.options(["privileged": .boolean(true), "devices": .string("/dev/fuse")]))
            try await fixture.up(web)
            let bounding = "grep CapBnd /proc/self/status"
            let inside = try await fixture.say(bounding, in: web)
            #expect(try await fixture.host("grep", "CapBnd", "/proc/self/status") == inside + "\n")
            let said = try await fixture.say(
                "touch /srv/mine; mount -t tmpfs tmpfs /mnt; stat -f -c %T /mnt; stat -c %F:%a /dev/fuse; stat -c %U /usr/bin/sudo",
                in: web, as: "root")
            #expect(said == "tmpfs\ncharacter special file:666\nroot")
            let file = fixture.directories.data.pushing(
                FilePath("containers/\(fixture.project)/\(web.identity.machine)/upper/srv/mine"))
            #expect(try await fixture.host("stat", "-c", "%u", file.string) == "0\n")
        }
    }

    @Test func aDeviceIsGivenAndOneThatIsNotThereIsNamed() async throws {
        try await ContainerFixture.with { fixture in
            let given = fixture.request(change: fixture.options(["devices": .string("/dev/net/tun")]))
            try await fixture.up(given)
            // without an ioctl that names an interface, reading from it says just that: it is open, tun(4)
            let said = try await fixture.run("cat /dev/net/tun", in: given)
            #expect(said.complaint.contains("File descriptor in bad state"))
            try await fixture.provider.stop(given.recorded, grace: .zero)
            let missing = fixture.request(change: fixture.options(["devices": .string("/dev/nowhere")]))
            let error = await #expect(throws: ProviderError.self) { try await fixture.provider.start(missing) }
            #expect(error?.message == "there is no device '/dev/nowhere' on this host")
        }
    }

    private func expectRefusals(of attempts: [EscapeAttempt], in machine: MachineRequest, _ fixture: ContainerFixture)
        async throws
    {
        let outcome = try await fixture.run(EscapeAttempt.script(attempts), in: machine, as: "root")
        for fault in EscapeAttempt.faults(of: attempts, in: outcome.text) { Issue.record("\(fault)") }
    }

    private static let innerContainer = """
        mkdir -p /srv/inner/rootfs/bin && cd /srv/inner && cp /usr/bin/busybox rootfs/bin/sh && runc spec && \
        sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"sh", "-c", "echo $$ $(hostname)"/; \
        s/"hostname": "runc"/"hostname": "inner"/; s/"readonly": true/"readonly": false/; /"rlimits"/,/],/d' config.json && \
        runc --root /run/inner run one
        """

    /// A container of podman's: its own processes, host name and user, and the limit that its control group has. Not waited for, which
    /// takes more of podman than was copied here.
    private static let podmanContainer = """
        ldconfig && mkdir -p /srv/out && podman --events-backend=file run --detach --network none --hostname boat \
        --memory 64m --volume /srv/out:/out --volume /sys/fs/cgroup:/groups:ro --rootfs /srv/inner/rootfs sh -c \
        'echo $$ $(hostname) $(id -u) >/out/new; cat /groups/memory/libpod_parent/libpod-*/memory.limit_in_bytes >>/out/new; \
        mv /out/new /out/said' >&2 && until cat /srv/out/said 2>/dev/null; do :; done
        """

    /// What kernels say that were built without.
    private static let isLacking = "No such file or directory"

    /// Nothing of /proc and /sys is hidden there: what keeps them are the owners of files, who are nobody inside.
    private static func escapes(_ group: String) -> [EscapeAttempt] {
        [
            .init("sysrq", "echo h > /proc/sysrq-trigger", "Permission denied", Self.isLacking),
            .init("core pattern", "echo '|/tmp/x' > /proc/sys/kernel/core_pattern", "Permission denied"),
            .init("kernel settings", "echo 1 > /proc/sys/vm/drop_caches", "Permission denied"),
            .init("memory of the kernel", "cat /proc/kcore", "Permission denied", Self.isLacking),
            .init("the host's disk", "mknod /tmp/disk b 254 0", "Operation not permitted"),
            .init("own limit of memory", "echo -1 > \(group)/memory.limit_in_bytes", "Permission denied"),
            .init("release agent", "find /sys/fs/cgroup -name release_agent | wc -l", "0"),
            .init("the host's processes", "kill -0 \(getpid())", "No such process"),
            .init("kernel messages", "dmesg", "Operation not permitted"),
            .init("clock", "date -s @0", "Operation not permitted"),
        ]
    }
}

extension ContainerFixture {
    /// Puts programs of this host into a machine that runs.
    func install(_ tools: [String], in request: MachineRequest) async throws {
        let root = directories.runtime.pushing(FilePath("containers/\(project)/\(request.identity.machine)/rootfs"))
        for tool in tools {
            let path = try #require(Requirement.find(tool))
            try await host("cp", path.string, root.pushing(FilePath("usr/bin/\(tool)")).string)
        }
    }

    /// Puts podman of this host into a machine that runs, with the libraries that its box lacks.
    func installPodman(in request: MachineRequest) async throws {
        try await install(["podman", "conmon", "crun"], in: request)
        let script = """
            mkdir -p "$1/opt/host" && cp -r /etc/containers "$1/etc" && cp -r /usr/share/containers "$1/usr/share"
            echo /opt/host >"$1/etc/ld.so.conf.d/host.conf"
            for tool in podman conmon crun; do ldd "$(command -v $tool)"; done | awk '$2 == "=>" { print $3 }' | sort -u |
            while read -r library; do
                find "$1/usr/lib" -name "${library##*/}" | grep -q . || cp -L "$library" "$1/opt/host"
            done
            """
        try await host("sh", "-c", script, "sh", root(of: request).string)
    }
}
