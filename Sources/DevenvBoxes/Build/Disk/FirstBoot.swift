/// The program of an image that makes a machine the one that its seed describes; Documentation/boxes.md has the contract.
package enum FirstBoot {
    /// Where it lies in an image.
    package static let path = "/usr/lib/devenv/firstboot"

    /// Runs at each start, before the SSH server and the network, and changes only what differs. It uses what the shell
    /// itself can do wherever it can: each program takes tens of milliseconds on an emulated processor.
    package static let script = #"""
        #!/bin/sh
        # Written by devenv. Makes this machine the one that its seed describes: a file system 'cidata' (ISO 9660) with a
        # directory 'devenv' on some disk. Without one, the machine gets an SSH host key and is left as it is.
        seed=/run/devenv/seed
        key=/etc/ssh/ssh_host_ed25519_key
        newline='
        '

        # The text of a file, in $text; false where there is none.
        load() {
            text=
            [ -r "$1" ] || return 1
            while IFS= read -r line || [ -n "$line" ]; do text=$text$line$newline; done <"$1"
        }

        # Makes $text the content of a file, in one step; true only if it was another.
        put() { # FILE UMASK
            wanted=$text
            if load "$1" && [ "$text" = "$wanted" ]; then return 1; fi
            (umask "$2" && printf '%s' "$wanted" >"$1.devenv") && mv -f "$1.devenv" "$1"
        }

        mount_seed() {
            for block in /sys/block/*; do
                name=${block##*/}
                case $name in loop* | ram* | zram* | dm-* | md* | nbd* | fd*) continue ;; esac
                # the name of an ISO 9660 file system, in its first descriptor
                case $(dd if="/dev/$name" bs=1 skip=32808 count=6 2>/dev/null) in cidata | CIDATA) ;; *) continue ;; esac
                mount -t iso9660 -o ro "/dev/$name" "$seed" 2>/dev/null || continue
                [ ! -d "$seed/devenv" ] || return 0
                umount "$seed"
            done
            return 1
        }

        # A seed on a virtio disk is there at once. Other drivers may not be loaded yet; then a new machine gives a slow disk
        # three seconds, and one that has its key waits for nothing.
        find_seed() {
            (umask 022 && mkdir -p -m 700 "$seed")
            mount_seed && return 0
            modprobe -a -q virtio_scsi ata_piix ahci sr_mod 2>/dev/null
            for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
                mount_seed && return 0
                [ ! -e "$key" ] || return 1
                sleep 0.2
            done
            return 1
        }

        # What systemd-tmpfiles would do when people may have logged in already, and have put something there.
        empty_tmp() {
            for path in /tmp/* /tmp/.[!.]* /tmp/..?*; do
                if [ -e "$path" ] || [ -L "$path" ]; then rm -rf "$path"; fi
            done
        }

        set_hostname() {
            load "$seed/devenv/hostname" || return 0
            hostname=${text%%"$newline"*}
            printf '%s' "$hostname" >/proc/sys/kernel/hostname
            text=$hostname$newline
            put /etc/hostname 022
        }

        # Everything but the block that this program wrote is the machine's own.
        set_hosts() {
            first="# devenv: the project's machines" last='# devenv: end'
            load "$seed/devenv/hosts"
            block=$text
            # sudo looks the machine's own name up
            case $block in
                *" $hostname "* | *" $hostname$newline"*) ;;
                *) [ -z "$hostname" ] || block="${block}127.0.1.1 $hostname$newline" ;;
            esac
            kept= inside= line=
            while IFS= read -r line || [ -n "$line" ]; do
                [ "$line" != "$first" ] || inside=yes
                [ -n "$inside" ] || kept=$kept$line$newline
                [ "$line" != "$last" ] || inside=
            done </etc/hosts
            text=$kept$first$newline$block$last$newline
            put /etc/hosts 022
        }

        # Adds the keys that are missing among those that let a user in.
        let_in() { # USER
            home=
            while IFS=: read -r name _ uid gid _ directory _; do
                if [ "$name" = "$1" ]; then home=$directory owner=$uid:$gid; fi
            done </etc/passwd
            if [ -z "$home" ]; then echo "devenv: there is no user '$1'" >/dev/console; return 0; fi
            load "$home/.ssh/authorized_keys"
            old=$text
            while read -r line || [ -n "$line" ]; do
                case $newline$text in *"$newline$line$newline"*) ;; *) text=$text$line$newline ;; esac
            done <"$seed/devenv/authorized_keys"
            [ "$text" != "$old" ] || return 0
            (umask 077 && mkdir -p "$home/.ssh")
            put "$home/.ssh/authorized_keys" 077
            chown "$owner" "$home/.ssh" "$home/.ssh/authorized_keys"
        }

        set_access() {
            if load "$seed/devenv/ssh_host_ed25519_key"; then
                put "$key" 077
                ! load "$seed/devenv/ssh_host_ed25519_key.pub" || put "$key.pub" 022
            fi
            [ -r "$seed/devenv/authorized_keys" ] || return 0
            let_in root
            load "$seed/devenv/user"
            user=${text%%"$newline"*}
            [ -z "$user" ] || [ "$user" = root ] || let_in "$user"
        }

        # Where systemd-networkd reads them before those of the image; they are gone with the next start.
        set_networks() {
            for file in "$seed"/devenv/networks/*.network; do
                load "$file" || continue
                [ -d /run/systemd/network ] || mkdir -p /run/systemd/network
                put "/run/systemd/network/${file##*/}" 022
            done
        }

        hostname=
        empty_tmp
        if find_seed; then
            set_hostname
            set_hosts
            set_access
            set_networks
            umount "$seed"
        elif [ ! -e "$key" ] && command -v ssh-keygen >/dev/null; then
            ssh-keygen -q -t ed25519 -N '' -f "$key"
        fi
        exit 0

        """#
}
