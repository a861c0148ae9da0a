import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// What root inside a machine tries in order to get out of it, and what it is told.
@Suite(.requiresContainers)
struct EscapeTests {
    @Test func whatLeadsOutOfAMachineIsRefused() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            let door = try AbstractSocket()
            // KEYCTL_GET_KEYRING_ID of the user's keyring, keyctl(2)
            let keyring = try await fixture.host("perl", "-e", "print syscall(\(SystemCallNumber.keyctl), 0, -4, 1)")
            let attempts = Self.attempts(door: door.name, keyring: keyring)
            let outcome = try await fixture.run(EscapeAttempt.script(attempts), in: web, as: "root")
            for fault in EscapeAttempt.faults(of: attempts, in: outcome.text) { Issue.record("\(fault)") }
        }
    }

    /// What kernels say that were built without.
    private static let isLacking = "No such file or directory"

    /// Each with what refuses it: a read-only mount, the machine's user namespace, the filter of system calls, or that what it is
    /// after is out of sight.
    private static func attempts(door: String, keyring: String) -> [EscapeAttempt] {
        let host = getpid()
        return [
            .init("sysrq", "echo h > /proc/sysrq-trigger", "Read-only file system", isLacking),
            .init("kernel settings", "echo 1 > /proc/sys/vm/drop_caches", "Read-only file system"),
            .init("core pattern", "echo '|/tmp/x' > /proc/sys/kernel/core_pattern", "Read-only file system"),
            .init("sysfs", "echo x > /sys/kernel/uevent_helper || echo x > /sys/kernel/profiling", "Read-only file"),
            .init("proc again", "mount -o remount,rw /proc/sys", "permission denied"),
            .init("proc uncovered", "umount /proc/sys", "must be superuser"),
            .init("proc covered", "mount --bind /tmp /proc/sys", "permission denied"),
            .init("a new proc", "mount -t proc proc /mnt", "permission denied"),
            .init("the host's disk", "mknod /tmp/disk b 254 0", "Operation not permitted"),
            .init("the host's disk, mounted", "mount -t ext4 /dev/vda /mnt", "permission denied"),
            .init("memory", "mknod /tmp/mem c 1 1; cat /dev/mem", "/dev/mem: No such file"),
            .init("memory of the kernel", "head -c 9 /proc/kcore | wc -c", "0"),
            .init("firmware", "ls /sys/firmware | wc -l", "0"),
            .init("keys", "cat /proc/keys | wc -c", "0"),
            .init("control groups", "mount -t cgroup -o memory cgroup /mnt", "permission denied"),
            .init("release agent", "find /sys/fs/cgroup -name release_agent | wc -l", "0"),
            // user namespaces are allowed, as podman does; but what is hidden stays hidden in them
            .init("deeper: a new proc", "unshare -Urmpf mount -t proc proc /mnt", "permission denied"),
            .init("deeper: a new sysfs", "unshare -Urmn mount -t sysfs sysfs /mnt", "permission denied"),
            .init("deeper: proc again", "unshare -Urm mount -o remount,bind,rw /proc/sys", "permission denied"),
            .init("deeper: proc uncovered", "unshare -Urm umount /proc/sys", "not mounted", "Invalid argument"),
            .init("deeper: all control groups", "unshare -Urm mount -t cgroup -o memory x /mnt", "permission denied"),
            .init("deeper: own limits", inGroups("echo -1 > /mnt/memory.limit_in_bytes"), "Permission denied"),
            .init("deeper: release agent", inGroups("find /mnt -name release_agent | wc -l"), "0"),
            .init("deeper: the host's disk", "unshare -Urm mknod /tmp/disk b 254 0", "Operation not permitted"),
            .init(
                "the host's keys",
                "perl -e 'print syscall(\(SystemCallNumber.keyctl), 11, \(keyring), 0, 0), \"$!\\n\"'",
                "Permission denied"),
            .init("new mount namespace", "unshare --mount true", "Operation not permitted"),
            .init("the host's namespaces", "nsenter --target \(host) --mount true", "No such file or directory"),
            .init("the host's processes", "kill -0 \(host)", "No such process"),
            .init("all processes", "for p in /proc/[0-9]*; do cat $p/comm; done | grep -c Tests", "0"),
            .init("priority against the killer", "echo -999 > /proc/self/oom_score_adj", "Permission denied"),
            .init("kernel messages", "dmesg", "Operation not permitted"),
            .init("clock", "date -s @0", "Operation not permitted"),
            .init("network card", "ip link set eth0 down", "Operation not permitted"),
            .init("descriptors", "for f in /proc/1/fd/*; do readlink $f; done | grep -cE '^/.*(run|box|data)/'", "0"),
            .init("the host's sockets", connect(to: door), "Connection refused"),
            .init("system calls", refusedCalls, "none went through"),
        ]
    }

    /// Of an abstract name, unix(7): it is the network namespace that keeps it out of sight.
    /// A command with the machine's own control groups at /mnt, as a namespace of them shows.
    private static func inGroups(_ command: String) -> String {
        "unshare -UrmC sh -c 'mount -t cgroup -o memory x /mnt && \(command)'"
    }

    private static func connect(to name: String) -> String {
        "perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); "
            + #"connect(S, pack_sockaddr_un("\0\#(name)")) and print "ESCAPED"; print "$!\n"'"#
    }

    /// By their numbers and arguments, syscall(2).
    private static let refusedCalls = """
        perl -e '$open = ""; for (\(SystemCallNumber.refused)) { \
        @a = map { 0 + $_ } @$_; push @a, 0 while @a < 6; $r = syscall(shift @a, @a); $open .= " $$_[0]:$r" if $r >= 0 } \
        print $open eq "" ? "none went through\n" : "ESCAPED:$open\n"'
        """
}

/// Something that root inside a machine tries.
struct EscapeAttempt: Sendable {
    let name: String
    let command: String
    /// One of these is the answer.
    let refusals: [String]

    init(_ name: String, _ command: String, _ refusals: String...) {
        self.name = name
        self.command = command
        self.refusals = refusals
    }

    /// Tries them all one after the other, each behind a line with its name.
    static func script(_ attempts: [EscapeAttempt]) -> String {
        attempts.map { "echo \"## \($0.name)\"; ( \($0.command) ) 2>&1 </dev/null" }.joined(separator: "\n")
    }

    /// Those that were not refused as they should be, with what they were told.
    static func faults(of attempts: [EscapeAttempt], in text: String) -> [String] {
        let answers = answers(in: text)
        return attempts.compactMap { attempt in
            let answer = answers[attempt.name] ?? "no answer"
            return attempt.refusals.contains { answer.contains($0) } ? nil : "\(attempt.name): \(answer)"
        }
    }

    /// What each was told, by its name.
    private static func answers(in text: String) -> [String: String] {
        var answers: [String: String] = [:]
        var name = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("## ") {
                name = String(line.dropFirst(3))
            } else {
                answers[name, default: ""] += line + "\n"
            }
        }
        return answers
    }
}

/// A listening socket of this host with an abstract name.
private final class AbstractSocket {
    let name = "devenv-test-\(getpid())-\(UInt32.random(in: .min ... .max))"
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.dropFirst().copyBytes(from: Array(name.utf8)) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(bound == 0 && listen(descriptor, 1) == 0)
    }

    deinit { close(descriptor) }
}
