/// The services of an image, and the order in which it starts.
enum MachineUnits {
    static let files = [
        unit("ssh.service", ssh), unit("devenv-firstboot.service", firstBoot), unit("devenv-grow.service", growth),
        unit("devenv-coldplug.service", coldplug), unit("devenv-online.service", online),
        unit("dbus.socket.d/devenv.conf", addition(bus)),
        unit("systemd-resolved.service.d/devenv.conf", addition("[Service]\nPrivateTmp=no\n\(first)")),
        unit("systemd-journald.service.d/devenv.conf", addition("[Service]\n\(first)")),
        unit("systemd-udev-trigger.service.d/devenv.conf", addition(firstColdplug)),
    ]

    private static func unit(_ name: String, _ text: String) -> MachineFile {
        MachineFile(path: "/etc/systemd/system/\(name)", text: text)
    }

    private static func addition(_ text: String) -> String { "# Written by devenv.\n\(text)\n" }

    /// What nobody who logs in waits for. All of it starts, after the SSH server, and after the network where there is one.
    private static let late = [
        "dbus.service", "systemd-logind.service", "systemd-timesyncd.service", "systemd-user-sessions.service",
        "getty.target", "systemd-random-seed.service", "systemd-journal-flush.service", "systemd-update-utmp.service",
        "systemd-binfmt.service", "proc-sys-fs-binfmt_misc.automount", "sys-kernel-debug.mount",
        "sys-kernel-tracing.mount", "sys-kernel-config.mount", "sys-fs-fuse-connections.mount", "dev-mqueue.mount",
        "dev-hugepages.mount", "modprobe@configfs.service", "modprobe@drm.service", "modprobe@fuse.service",
    ].joined(separator: " ")

    /// Whoever logs in early and speaks to the system finds somebody who will answer, once there is a bus.
    private static let bus = """
        [Unit]
        DefaultDependencies=no
        Before=ssh.service shutdown.target
        Conflicts=shutdown.target
        """

    /// While the system starts, what is done over SSH goes before what starts, and the journal before what waits for it
    /// (systemd.resource-control(5)).
    private static let first = "StartupCPUWeight=10000"

    /// The devices that lead to disks, networks, terminals and the power button; what else there is, such as the processor's
    /// accelerators, takes seconds of an emulated processor and comes after all services.
    private static let firstColdplug =
        "[Service]\nExecStart=\nExecStart=-udevadm trigger --action=add "
        + ["pci", "virtio", "scsi", "nvme", "block", "net", "tty", "virtio-ports", "acpi", "input"]
        .map { "--subsystem-match=\($0)" }.joined(separator: " ")

    /// What of the network's setup is done after its service has started takes no time but what others take from it.
    private static let online = """
        # Written by devenv.
        [Unit]
        Description=Let the first network come up before all that does not need to be early
        DefaultDependencies=no
        After=systemd-networkd.service
        Before=\(late) shutdown.target
        Conflicts=shutdown.target

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=-/lib/systemd/systemd-networkd-wait-online --any --timeout=5

        [Install]
        WantedBy=sysinit.target

        """

    private static let coldplug = """
        # Written by devenv.
        [Unit]
        Description=Coldplug all other udev devices
        After=multi-user.target
        ConditionPathIsReadWrite=/sys

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=-udevadm trigger --type=all --action=add

        [Install]
        WantedBy=graphical.target

        """

    /// Debian's own unit waits for the whole system; `After=` can't be taken back by an addition, so this is a whole unit. The
    /// server listens before there is an address, and answers when names can be looked up: a private /tmp would hold the
    /// resolver back until much else is done.
    private static let ssh = """
        # Written by devenv: Debian's unit, but early.
        [Unit]
        Description=OpenBSD Secure Shell server
        Documentation=man:sshd(8) man:sshd_config(5)
        DefaultDependencies=no
        Wants=devenv-firstboot.service
        After=devenv-firstboot.service devenv-grow.service systemd-journald.socket dbus.socket systemd-resolved.service
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
        \(first)
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
