/// The programs that turn a Debian root file system into one that starts a machine, called by mmdebstrap with the root as
/// their argument.
enum MachineCustomization {
    private static let head = """
        #!/bin/sh
        set -eu
        root=$1
        umask 022

        """

    /// Before any package is set up that is not essential.
    static let preparation = head + MachineFiles.start.map(\.installation).joined()

    /// After all of them, when it has become a box, and before what a definition brings.
    static func completion(_ identity: DiskIdentity) -> String {
        head + MachineFiles.all(identity).map(\.installation).joined() + services
    }

    /// After what a definition brings. The times say that /etc and /var are as /usr expects them: nothing has to be brought up
    /// to date at the first start.
    static let conclusion =
        head + #"""
            printf 'debian\n' >"$root/etc/hostname"
            ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
            touch --reference="$root/usr" "$root/etc/.updated" "$root/var/.updated"

            """#

    /// Nothing of this is out of the user's reach: `systemctl enable` and `unmask` bring each one back.
    ///
    /// apt's own timers would hold its lock when a provisioner needs it; the others serve what a machine like this does not
    /// have (snapshots of LVM, a firmware's store for crashes, partitions to be made). Logging in is allowed while the system
    /// starts. Each generator costs as much as a service.
    private static let services = #"""

        in_root() { chroot "$root" "$@"; }
        in_root systemctl --quiet enable systemd-networkd.service systemd-resolved.service devenv-firstboot.service \
            devenv-grow.service devenv-coldplug.service devenv-online.service
        rm -f "$root/etc/systemd/system/multi-user.target.wants/ssh.service"
        in_root systemctl --quiet enable ssh.service
        for unit in apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service systemd-pstore.service; do
            in_root systemctl --quiet disable "$unit" 2>/dev/null || true
        done
        in_root systemctl --quiet mask systemd-repart.service
        mkdir -p "$root/etc/tmpfiles.d" "$root/etc/systemd/system-generators"
        ln -sf /dev/null "$root/etc/tmpfiles.d/systemd-nologin.conf"
        # devenv-firstboot empties /tmp before anybody is let in
        cleaning=$root/usr/lib/tmpfiles.d/tmp.conf
        [ ! -e "$cleaning" ] || sed 's/^D \/tmp /d \/tmp /' "$cleaning" >"$root/etc/tmpfiles.d/tmp.conf"
        for name in gpt-auto hibernate-resume integritysetup veritysetup system-update; do
            ln -sf /dev/null "$root/etc/systemd/system-generators/systemd-$name-generator"
        done
        [ -e "$root/etc/default/locale" ] || : >"$root/etc/default/locale"

        """#
}
