/// The programs that turn a Debian root file system into a box, called by mmdebstrap with the root as their argument: before
/// and after what a definition brings.
enum Customization {
    /// Whatever installation made up by chance, and would then be the same in every machine, is taken out again: host keys,
    /// the certificate of ssl-cert, the first database cluster. Root's and dev's passwords stay unusable: `*` rather than
    /// `!`, which sshd without PAM takes for a locked account. Programs that write a greeting would run at each login, those of
    /// rsync and scripts included.
    static func begin(user: String) -> String {
        #"""
        #!/bin/sh
        set -eu
        root=$1
        user=\#(user)

        chroot "$root" useradd --create-home --shell /bin/bash --groups sudo "$user"
        chroot "$root" usermod --password '*' "$user"
        printf '%s ALL=(ALL:ALL) NOPASSWD: ALL\n' "$user" >"$root/etc/sudoers.d/$user"
        chmod 0440 "$root/etc/sudoers.d/$user"
        printf 'UseDNS no\n' >"$root/etc/ssh/sshd_config.d/devenv.conf"
        rm -rf "$root/etc/update-motd.d"

        if [ -x "$root/usr/bin/pg_dropcluster" ]; then
            chroot "$root" pg_lsclusters --no-header | while read -r version cluster _; do
                chroot "$root" pg_dropcluster "$version" "$cluster"
            done
        fi
        rm -f "$root/etc/ssl/private/ssl-cert-snakeoil.key" "$root/etc/ssl/certs/ssl-cert-snakeoil.pem"

        """#
    }

    /// Takes out what scripts may have made by chance, and what is the build's own.
    static let end = #"""
        #!/bin/sh
        set -eu
        root=$1

        rm -f "$root"/etc/ssh/ssh_host_*
        # the owner of the packages of earlier builds came with them
        chown 0:0 "$root/var/cache/apt/archives"
        : >"$root/etc/machine-id"
        : >"$root/etc/hostname"
        rm -f "$root/etc/resolv.conf"
        : >"$root/etc/resolv.conf"
        rm -f "$root/etc/apt/apt.conf.d/99mmdebstrap"

        """#
}
