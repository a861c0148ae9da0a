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

    /// All of them.
    static let names: [String] = [
        "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN",
        "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "PERFMON", "SETFCAP",
        "SETGID",
        "SETPCAP", "SETUID", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT", "SYSLOG", "SYS_MODULE", "SYS_NICE", "SYS_PACCT",
        "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM",
    ].map { "CAP_" + $0 }

    static func < (left: Capability, right: Capability) -> Bool { left.name < right.name }
}
