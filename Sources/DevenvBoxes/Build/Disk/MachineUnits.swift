/// The services of an image, and the order in which it starts.
enum MachineUnits {
    static let files = [
        unit("ssh.service", ssh), unit("devenv-firstboot.service", firstBoot), unit("devenv-grow.service", growth),
        unit("systemd-networkd.service.d/devenv.conf", "# Written by devenv.\n[Unit]\nBefore=\(late)\n"),
    ]

    private static func unit(_ name: String, _ text: String) -> MachineFile {
        MachineFile(path: "/etc/systemd/system/\(name)", text: text)
    }

    /// What nobody who logs in waits for. All of it starts, after the SSH server and the network.
    private static let late = [
        "dbus.service", "systemd-logind.service", "systemd-timesyncd.service", "systemd-user-sessions.service",
        "getty.target", "systemd-random-seed.service", "systemd-journal-flush.service", "systemd-update-utmp.service",
        "systemd-binfmt.service", "proc-sys-fs-binfmt_misc.automount", "sys-kernel-debug.mount",
        "sys-kernel-tracing.mount", "sys-kernel-config.mount", "sys-fs-fuse-connections.mount", "dev-mqueue.mount",
        "dev-hugepages.mount", "modprobe@configfs.service", "modprobe@drm.service", "modprobe@fuse.service",
    ].joined(separator: " ")

    /// Debian's own unit waits for the whole system; `After=` can't be taken back by an addition, so this is a whole unit. The
    /// server listens before there is an address.
    private static let ssh = """
        # Written by devenv: Debian's unit, but early.
        [Unit]
        Description=OpenBSD Secure Shell server
        Documentation=man:sshd(8) man:sshd_config(5)
        DefaultDependencies=no
        Wants=devenv-firstboot.service
        After=devenv-firstboot.service devenv-grow.service systemd-journald.socket
        Before=\(late) shutdown.target
        Conflicts=shutdown.target
        ConditionPathExists=!/etc/ssh/sshd_not_to_be_run

        [Service]
        Type=notify
        EnvironmentFile=-/etc/default/ssh
        ExecStart=/usr/sbin/sshd -D $SSHD_OPTS
        ExecReload=/usr/sbin/sshd -t
        ExecReload=/bin/kill -HUP $MAINPID
        KillMode=process
        Restart=on-failure
        RestartPreventExitStatus=255
        RuntimeDirectory=sshd
        RuntimeDirectoryMode=0755

        [Install]
        WantedBy=sysinit.target
        Alias=sshd.service

        """

    private static let firstBoot = """
        # Written by devenv.
        [Unit]
        Description=Make this the machine that its seed describes
        DefaultDependencies=no
        After=systemd-remount-fs.service
        Before=ssh.service network-pre.target systemd-networkd.service sysinit.target shutdown.target
        Wants=network-pre.target
        Conflicts=shutdown.target

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=\(FirstBoot.path)

        [Install]
        WantedBy=sysinit.target

        """

    private static let growth = """
        # Written by devenv.
        [Unit]
        Description=Let the root file system take the whole disk
        DefaultDependencies=no
        After=systemd-remount-fs.service
        Before=ssh.service sysinit.target shutdown.target
        Conflicts=shutdown.target

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=\(DiskGrowth.path)

        [Install]
        WantedBy=sysinit.target

        """
}
