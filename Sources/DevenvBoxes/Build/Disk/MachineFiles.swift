/// What devenv adds to a Debian for it to be a machine, beside packages.
enum MachineFiles {
    /// All of it, for an image whose disk has this identity.
    static func all(_ identity: DiskIdentity) -> [MachineFile] { start + boot(identity) + network + MachineUnits.files }

    /// What Debian's initramfs-tools need to know before the kernel's package asks them for an initial file system.
    static let start = [
        MachineFile(path: EarlyInit.path, isProgram: true, text: EarlyInit.script),
        MachineFile(path: "/etc/initramfs-tools/conf.d/devenv", text: initialFileSystem),
        MachineFile(path: "/etc/initramfs-tools/hooks/devenv", isProgram: true, text: EarlyInit.hook),
    ]

    /// `list`: the hook names the drivers; lz4, as nothing is faster to unpack.
    private static let initialFileSystem = """
        # Written by devenv.
        MODULES=list
        BUSYBOX=y
        COMPRESS=lz4
        RESUME=none
        FSTYPE=ext4

        """

    /// The kernel's own arguments. Names of network interfaces don't depend on the kind of machine (eth0 is the first);
    /// what is said on a screen is said on a serial line too; the kernel doesn't test its ciphers at each start.
    static let arguments = "rw net.ifnames=0 console=tty0 console=ttyS0,115200 quiet cryptomgr.notests"

    private static func boot(_ identity: DiskIdentity) -> [MachineFile] {
        [
            MachineFile(
                path: "/boot/grub/grub.cfg", text: GrubConfiguration.file(identity, arguments: arguments)),
            MachineFile(
                path: "/etc/fstab",
                text: "UUID=\(identity.rootFileSystem) / ext4 errors=remount-ro 0 1\n"),
            MachineFile(path: "/etc/hosts", text: hosts),
            MachineFile(path: FirstBoot.path, isProgram: true, text: FirstBoot.script),
            MachineFile(path: DiskGrowth.path, isProgram: true, text: DiskGrowth.script),
        ]
    }

    private static let hosts = """
        127.0.0.1 localhost
        ::1 localhost ip6-localhost ip6-loopback
        127.0.1.1 debian

        """

    /// Every interface asks for an address; the first one's route to everywhere counts.
    private static let network = [
        MachineFile(path: "/etc/systemd/network/90-devenv.network", text: interface("eth0", metric: 100)),
        MachineFile(path: "/etc/systemd/network/91-devenv.network", text: interface("eth* en*", metric: 1024)),
        MachineFile(path: "/etc/systemd/resolved.conf.d/devenv.conf", text: resolver),
        MachineFile(path: "/etc/systemd/system/systemd-networkd-wait-online.service.d/devenv.conf", text: online),
    ]

    /// The MAC address tells machines apart, as it does in the network's own table; a machine keeps its own name, and finds
    /// others by the domain of their network.
    private static func interface(_ names: String, metric: Int) -> String {
        """
        # Written by devenv. A file with a lower number takes precedence.
        [Match]
        Name=\(names)

        [Network]
        DHCP=ipv4

        [DHCPv4]
        ClientIdentifier=mac
        UseDomains=yes
        UseHostname=no
        RouteMetric=\(metric)

        """
    }

    /// Names without a dot are not shouted into the network first, which takes seconds where nobody answers.
    private static let resolver = """
        # Written by devenv.
        [Resolve]
        LLMNR=no
        MulticastDNS=no

        """

    /// A network that gives no address holds up nothing.
    private static let online = """
        # Written by devenv.
        [Service]
        ExecStart=
        ExecStart=/lib/systemd/systemd-networkd-wait-online --any --timeout=30

        """
}
