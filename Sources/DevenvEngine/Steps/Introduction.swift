import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// What the first login to a machine with a well-known key does in it, as one program of root; pure.
///
/// The host key comes first and the keys that are let in last, each at once or not at all: wherever it is cut off, either our
/// key or the well-known one is let in, and repeating it completes it.
struct Introduction {
    /// How its owner gets in from now on.
    let access: MachineAccess
    /// The user that the well-known key is for.
    let firstUser: String
    /// The public half of that key: its kind and its digits.
    let firstKey: String
    let hostname: String
    let hosts: [HostEntry]

    var program: RemoteProgram {
        RemoteProgram(
            """
            devenv_users=\(quote(Set([firstUser, access.user]).sorted().joined(separator: " ")))
            devenv_known=\(quote(firstKey))
            devenv_name=\(quote(hostname))
            devenv_private=\(quote(access.hostKey.secret))
            devenv_public=\(quote(access.publicHostKey))
            devenv_keys=\(quote(access.authorizedKeys.joined(separator: "\n")))
            devenv_hosts=\(quote(HostsFile.block(hosts, hostname: hostname)))
            \(HostsFile.function)
            \(Self.script)
            """, asRoot: true)
    }

    private func quote(_ text: String) -> String { ShellWord.quote(text) }

    private static let script = #"""
        umask 077
        ssh=/etc/ssh

        # cloud-init makes host keys of its own at a first boot, after which it leaves them alone
        if command -v cloud-init >/dev/null 2>&1; then
            timeout 120 cloud-init status --wait >/dev/null 2>&1
        fi

        # put FILE MODE: replaces a file by standard input, at once
        put() {
            cat >"$1.devenv" && chmod "$2" "$1.devenv" && mv -f "$1.devenv" "$1"
        }

        # sshd shows all of its keys: of the box's, which many know, none is kept
        [ -e $ssh/sshd_config ] || [ -e /usr/etc/ssh/sshd_config ] ||
            devenv_fail "the machine has no OpenSSH server: there is no $ssh/sshd_config"
        mkdir -p $ssh && chmod 755 $ssh
        printf '%s\n' "$devenv_private" | put $ssh/ssh_host_ed25519_key 600 ||
            devenv_fail "its host key could not be written"
        printf '%s\n' "$devenv_public" | put $ssh/ssh_host_ed25519_key.pub 644
        for key in $ssh/ssh_host_*_key; do
            [ "$key" = $ssh/ssh_host_ed25519_key ] || rm -f "$key" "$key.pub"
        done
        for file in $ssh/sshd_config $ssh/sshd_config.d/*.conf; do
            grep -qi '^[[:space:]]*HostKey[[:space:]]' "$file" 2>/dev/null || continue
            sed 's/^[[:space:]]*[Hh][Oo][Ss][Tt][Kk][Ee][Yy][[:space:]]/#&/' "$file" | put "$file" 600
        done

        # the names that it and its neighbours go by
        printf '%s\n' "$devenv_name" | put /etc/hostname 644
        hostname "$devenv_name" 2>/dev/null || hostnamectl set-hostname "$devenv_name" >/dev/null 2>&1
        set_hosts

        # whoever knew the old keys is let in no more
        for user in $devenv_users; do
            home= uid= gid=
            while IFS=: read -r name password id group comment directory shell; do
                [ "$name" = "$user" ] && home=$directory uid=$id gid=$group
            done </etc/passwd
            [ -n "$home" ] || devenv_fail "the machine has no user '$user'"
            mkdir -p "$home/.ssh" && chmod 700 "$home/.ssh" && chown "$uid:$gid" "$home/.ssh" &&
                printf '%s\n' "$devenv_keys" >"$home/.ssh/devenv.new" &&
                chown "$uid:$gid" "$home/.ssh/devenv.new" &&
                mv -f "$home/.ssh/devenv.new" "$home/.ssh/authorized_keys" ||
                devenv_fail "the keys of '$user' could not be written"
            rm -f "$home/.ssh/authorized_keys2"
            ! command -v restorecon >/dev/null 2>&1 || restorecon -R "$home/.ssh" $ssh >/dev/null 2>&1
        done
        # nor is anybody else's account open to them
        while IFS=: read -r name password id group comment directory shell; do
            file=$directory/.ssh/authorized_keys
            grep -qF "$devenv_known" "$file" 2>/dev/null || continue
            grep -vF "$devenv_known" "$file" >"$file.devenv"
            cat "$file.devenv" >"$file"
            rm -f "$file.devenv"
        done </etc/passwd
        sync

        # a reload keeps the connections that there are, this one too
        reload() {
            if [ -d /run/systemd/system ]; then
                for unit in ssh sshd; do
                    systemctl -q is-active $unit.service && systemctl reload-or-restart $unit.service && return
                done
                # started for each connection, it reads its keys each time
                systemctl -q is-active ssh.socket || systemctl -q is-active sshd.socket && return
            elif command -v rc-service >/dev/null 2>&1; then
                rc-service sshd reload && return
            elif command -v service >/dev/null 2>&1; then
                service ssh reload || service sshd reload && return
            fi
            for file in /run/sshd.pid /var/run/sshd.pid; do
                [ -r $file ] && kill -HUP "$(cat $file)" && return
            done
            pkill -HUP -o -x sshd
        }
        reload >/dev/null 2>&1 || devenv_fail "its SSH server could not be told of its new host key"
        devenv_end 0
        """#
}
