/// The program that turns a Debian root file system into a box, called by mmdebstrap with the root as its argument.
enum Customization {
    /// Whatever installation made up by chance, and would then be the same in every machine, is taken out again: host keys,
    /// the certificate of ssl-cert, the first database cluster. Root's and dev's passwords stay unusable: `*` rather than
    /// `!`, which sshd without PAM takes for a locked account. Programs that write a greeting would run at each login, those of
    /// rsync and scripts included.
    static let script = #"""
        #!/bin/sh
        set -eu
        root=$1

        chroot "$root" useradd --create-home --shell /bin/bash --groups sudo dev
        chroot "$root" usermod --password '*' dev
        printf 'dev ALL=(ALL:ALL) NOPASSWD: ALL\n' >"$root/etc/sudoers.d/dev"
        chmod 0440 "$root/etc/sudoers.d/dev"
        printf 'UseDNS no\n' >"$root/etc/ssh/sshd_config.d/devenv.conf"
        rm -rf "$root/etc/update-motd.d"

        if [ -x "$root/usr/bin/pg_dropcluster" ]; then
            chroot "$root" pg_lsclusters --no-header | while read -r version cluster _; do
                chroot "$root" pg_dropcluster "$version" "$cluster"
            done
        fi
        rm -f "$root"/etc/ssh/ssh_host_*
        rm -f "$root/etc/ssl/private/ssl-cert-snakeoil.key" "$root/etc/ssl/certs/ssl-cert-snakeoil.pem"

        : >"$root/etc/machine-id"
        : >"$root/etc/hostname"
        rm -f "$root/etc/resolv.conf"
        : >"$root/etc/resolv.conf"
        rm -f "$root/etc/apt/apt.conf.d/99mmdebstrap"

        """#
}
