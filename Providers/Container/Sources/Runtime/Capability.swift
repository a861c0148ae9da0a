/// A capability of Linux, capabilities(7), by its full name: `CAP_NET_ADMIN`.
struct Capability: Hashable, Sendable, Comparable {
    /// The name.
    let name: String

    /// Takes a name of any case, with or without `CAP_`; nil for one that Linux does not have.
    init?(_ text: String) {
        let upper = text.uppercased()
        name = upper.hasPrefix("CAP_") ? upper : "CAP_" + upper
        guard Self.names.contains(name) else { return nil }
    }

    private init(known name: String) { self.name = "CAP_" + name }

    /// What podman and docker give to root inside: enough for sshd, sudo, apt, ping and services on low ports.
    static let usual = [
        "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP",
        "SETUID",
        "SYS_CHROOT", "AUDIT_WRITE", "MKNOD", "NET_RAW",
    ].map(Capability.init(known:))

    /// What containers inside a machine take: mounts and namespaces of their own, networks, and looks at processes. Within
    /// the machine's user namespace they reach nothing outside of it.
    static let nesting = ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"].map(Capability.init(known:))

    /// What systemd takes to shut a machine down, and to give services mounts of their own.
    static let systemd = ["SYS_ADMIN"].map(Capability.init(known:))

    /// All of them, each at the place of its number in linux/capability.h.
    static let names: [String] = [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
        "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
        "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
        "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
        "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
        "CHECKPOINT_RESTORE",
    ].map { "CAP_" + $0 }

    /// Those that this host lets programs have at all, from the text of proc(5) status: no program gives away what its own
    /// bounding set lacks.
    static func available(in status: String) -> [Capability] {
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapBnd:") }
        guard let digits = line?.split(whereSeparator: \.isWhitespace).last, let bits = UInt64(digits, radix: 16) else {
            return usual
        }
        return names.enumerated().filter { bits >> UInt64($0.offset) & 1 == 1 }
            .map { Capability(known: String($0.element.dropFirst(4))) }
    }

    static func < (left: Capability, right: Capability) -> Bool { left.name < right.name }
}
