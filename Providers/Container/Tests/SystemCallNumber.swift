/// Numbers of system calls, which each architecture has of its own (syscalls(2); asm/unistd.h in the kernel's headers).
enum SystemCallNumber {
    #if arch(x86_64)
        /// keyctl(2).
        static let keyctl = 250
        private static let initModule = 175
        private static let finitModule = 313
        private static let kexecLoad = 246
        private static let reboot = 169
        private static let bpf = 321
        private static let perfEventOpen = 298
        private static let openByHandleAt = 304
        private static let swapon = 167
        private static let acct = 163
        private static let syslog = 103
        private static let settimeofday = 164
        private static let userfaultfd = 323
        private static let setns = 308
        /// iopl(2) for all ports.
        private static let own = ["[172, 3]"]
    #else
        // the table that all newer architectures share, aarch64 among them
        /// keyctl(2).
        static let keyctl = 219
        private static let initModule = 105
        private static let finitModule = 273
        private static let kexecLoad = 104
        private static let reboot = 142
        private static let bpf = 280
        private static let perfEventOpen = 241
        private static let openByHandleAt = 265
        private static let swapon = 224
        private static let acct = 89
        private static let syslog = 116
        private static let settimeofday = 170
        private static let userfaultfd = 282
        private static let setns = 268
        private static let own: [String] = []
    #endif
    // from 424 on they are the same everywhere
    private static let openTree = 428
    private static let moveMount = 429
    private static let fsopen = 430
    private static let mountSetattr = 442

    /// Calls that no machine may make, as a list of Perl's: each with its arguments. reboot(2) has its magic numbers, syslog(2) asks
    /// for the buffer's content, setns(2) for a mount namespace.
    static let refused =
        ([
            "[\(initModule)]", "[\(finitModule)]", "[\(kexecLoad)]", "[\(reboot), 0xfee1dead, 672274793, 0]",
            "[\(bpf)]",
            "[\(perfEventOpen)]", "[\(openByHandleAt), -100]", "[\(swapon)]", "[\(acct)]", "[\(syslog), 3]",
            "[\(settimeofday)]", "[\(moveMount)]", "[\(openTree), -100]", "[\(fsopen)]", "[\(mountSetattr)]",
            "[\(userfaultfd), 0]", "[\(setns), 0, 0x20000]",
        ] + own).joined(separator: ", ")
}
