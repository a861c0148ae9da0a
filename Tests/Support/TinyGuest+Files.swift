extension TinyGuest {
    /// Makes the tree and the initial file system of what is in the directory that it runs in.
    static let assembly = #"""
        set -eu
        umask 022
        mkdir packages root initrd
        tar --extract --file packages.tar --directory packages --exclude './dev/*' --no-same-owner
        version=$(ls packages/lib/modules)
        ( cd root
          mkdir -p bin sbin dev proc sys run tmp root mnt srv opt var/log var/lib var/tmp etc/dropbear etc/ssh etc/acpi/PWRF \
              usr/bin usr/sbin usr/local/bin usr/lib/openssh usr/lib/devenv usr/share/udhcpc home/dev boot/grub lib/modules
          chmod 1777 tmp var/tmp; chmod 700 root; chown 1000:1000 home/dev
          ln -s ../run var/run )

        # programs, with their libraries where the loader looks for them
        library() {
            for found in packages/lib/x86_64-linux-gnu/$1 packages/usr/lib/x86_64-linux-gnu/$1 packages/lib64/$1; do
                [ -e "$found" ] || continue
                directory=root/lib/x86_64-linux-gnu
                [ "$1" != ld-linux-x86-64.so.2 ] || directory=root/lib64
                [ ! -e "$directory/$1" ] || return 0
                mkdir -p "$directory"
                cp -L "$found" "$directory/$1"
                needs "$found"
                return 0
            done
            echo "there is no library $1" >&2
            exit 1
        }
        needs() {
            for name in $(objdump -p "$1" | sed -n 's/^ *NEEDED *//p'); do library "$name"; done
        }
        for program in usr/sbin/dropbear usr/sbin/sshd usr/bin/dropbearkey usr/lib/dropbear/dropbearconvert usr/bin/rsync \
            usr/lib/openssh/sftp-server
        do
            mkdir -p "root/${program%/*}"
            cp "packages/$program" "root/$program"
            needs "packages/$program"
        done
        library ld-linux-x86-64.so.2
        library libnss_files.so.2
        cp packages/bin/busybox root/bin/busybox
        for applet in $(packages/bin/busybox --list); do
            [ -e "root/bin/$applet" ] || ln -s busybox "root/bin/$applet"
        done
        ln -s busybox root/bin/bash
        ln -s ../bin/busybox root/sbin/init
        ln -s ../bin/busybox root/sbin/modprobe
        mkdir root/usr/lib/su
        cp packages/bin/busybox root/usr/lib/su/su
        chmod 4755 root/usr/lib/su/su
        cp sudo root/usr/bin/sudo
        cp rcS root/sbin/rcS
        cp udhcpc root/usr/share/udhcpc/default.script
        cp firstboot root/usr/lib/devenv/firstboot
        chmod 755 root/usr/bin/sudo root/sbin/rcS root/usr/share/udhcpc/default.script root/usr/lib/devenv/firstboot

        ( cd root/etc
          printf 'root:x:0:0:root:/root:/bin/sh\ndev:x:1000:1000:dev:/home/dev:/bin/sh\n' >passwd
          printf 'sshd:x:100:65534::/run/sshd:/bin/false\n' >>passwd
          printf 'root:x:0:\nsudo:x:27:dev\ndev:x:1000:\nnogroup:x:65534:\n' >group
          # su asks root for no password, and dropbear takes none
          printf 'root::19000:0:99999:7:::\ndev:*:19000:0:99999:7:::\n' >shadow
          chmod 600 shadow
          printf '/bin/sh\n/bin/bash\n' >shells
          printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n' >nsswitch.conf
          printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' >hosts
          printf 'NAME="devenv tiny"\nID=devenv-tiny\nVERSION_ID=1\n' >os-release
          echo tiny >hostname
          : >resolv.conf
          printf '#!/bin/sh\nsync\npoweroff\n' >acpi/PWRF/00000080
          chmod 755 acpi/PWRF/00000080
          printf '::sysinit:/sbin/rcS\n::respawn:/sbin/getty -L 0 console vt100 -n -l /bin/sh\n' >inittab
          printf '::ctrlaltdel:/sbin/reboot\n::shutdown:/sbin/stop\n' >>inittab )
        ln -s ../bin/busybox root/sbin/getty
        ln -s ../bin/busybox root/sbin/reboot
        # rsync and shells of tests are still there: ended before the disk is let go
        printf '#!/bin/sh\nkillall -q dropbear sshd udhcpc acpid\nsync\numount -a -r 2>/dev/null\n' >root/sbin/stop
        chmod 755 root/sbin/stop

        # drivers, in the initial file system and, for those who ask later, on the disk
        modules='virtio_pci virtio_blk virtio_scsi virtio_net virtio_rng virtio_console virtio_balloon ata_piix ata_generic
            sd_mod sr_mod isofs button evdev'
        depmod -b "$PWD/packages" "$version"
        for module in $modules; do
            modprobe -d "$PWD/packages" -S "$version" --show-depends "$module"
        done | sed -n 's/^insmod //p' | while read -r file; do
            for tree in root initrd; do
                target=$tree/lib/modules/$version/kernel/${file##*/}
                mkdir -p "${target%/*}"
                [ -e "$target" ] || strip --strip-debug -o "$target" "$file"
            done
        done
        for tree in root initrd; do
            cp "packages/lib/modules/$version/modules.builtin" "packages/lib/modules/$version/modules.order" \
                "$tree/lib/modules/$version"
            depmod -b "$PWD/$tree" "$version"
        done

        mkdir initrd/bin initrd/conf
        cp packages/bin/busybox initrd/bin/busybox
        ln -s busybox initrd/bin/modprobe
        cp early-init initrd/init
        chmod 755 initrd/init
        printf 'isofs\nevdev\n' >initrd/conf/modules
        ( cd initrd && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 --reproducible ) | lz4 -l -9 -q >initrd.img
        cp "packages/boot/vmlinuz-$version" vmlinuz
        chmod 644 vmlinuz initrd.img
        cp vmlinuz initrd.img root/
        cp grub.cfg root/boot/grub/grub.cfg

        """#

    /// What init(8) runs first.
    static let startup = #"""
        #!/bin/sh
        export PATH=/usr/sbin:/usr/bin:/sbin:/bin
        mkdir -p /dev/pts /dev/shm /run/lock
        mount -t devpts devpts /dev/pts
        mount -t tmpfs -o mode=1777 tmpfs /dev/shm
        mount -t tmpfs -o mode=1777 tmpfs /tmp
        ip link set lo up
        hostname -F /etc/hostname
        [ ! -x /usr/lib/devenv/firstboot ] || /usr/lib/devenv/firstboot
        key=/etc/dropbear/dropbear_ed25519_host_key
        if [ -e /etc/ssh/ssh_host_ed25519_key ]; then
            /usr/lib/dropbear/dropbearconvert openssh dropbear /etc/ssh/ssh_host_ed25519_key "$key" 2>/dev/null
        elif [ ! -e "$key" ]; then
            dropbearkey -t ed25519 -f "$key" >/dev/null 2>&1
        fi
        # listens before there is an address: nothing to wait for
        if [ -e /etc/ssh/sshd_config ]; then
            # slower, for tests that mean this server
            mkdir -p /run/sshd
            /usr/sbin/sshd
        else
            dropbear -r "$key" -E -s -p 22 2>/dev/console
        fi
        # Of the seed's files for systemd-networkd, what devenv writes there: an address, and that there is no way out.
        settings() {
            fixed= routes=yes
            read -r address <"/sys/class/net/$1/address"
            for file in /run/systemd/network/*.network; do
                [ -r "$file" ] && grep -qi "^MACAddress=$address$" "$file" || continue
                while IFS='=' read -r key value; do
                    case $key=$value in Address=*) fixed=$value ;; UseGateway=no) routes=no ;; esac
                done <"$file"
            done
        }
        metric=100
        for interface in /sys/class/net/eth*; do
            interface=${interface##*/}
            metric=$((metric + 1))
            ip link set "$interface" up
            settings "$interface"
            if [ -n "$fixed" ]; then ip addr add "$fixed" dev "$interface"; continue; fi
            METRIC=$metric ROUTES=$routes udhcpc -i "$interface" -s /usr/share/udhcpc/default.script -f -t 5 -T 1 -A 2 \
                -S -x "hostname:$(hostname)" >/dev/null 2>&1 &
        done
        acpid -f -c /etc/acpi >/dev/null 2>&1 &
        read -r seconds _ </proc/uptime
        echo "tiny: up after $seconds s" >/dev/console

        """#

    /// What udhcpc(8) tells of an address. The first interface's default route matters, name servers of all do.
    static let address = #"""
        #!/bin/sh
        export PATH=/usr/sbin:/usr/bin:/sbin:/bin
        case $1 in
            deconfig) ip addr flush dev "$interface"; ip link set "$interface" up ;;
            bound | renew)
                ip addr replace "$ip/${mask:-24}" dev "$interface"
                [ "$ROUTES" != no ] || router= dns= domain=
                for gateway in $router; do
                    ip route replace default via "$gateway" dev "$interface" metric "${METRIC:-100}"
                    break
                done
                { [ -z "$domain" ] || echo "search $domain"; for server in $dns; do echo "nameserver $server"; done; } \
                    >"/run/resolv.$interface"
                cat /run/resolv.* >/run/resolv.new && mv /run/resolv.new /etc/resolv.conf
                read -r seconds _ </proc/uptime
                echo "tiny: $interface has $ip after $seconds s" >/dev/console ;;
        esac

        """#

    /// Becomes another user and asks nothing, which is all that devenv expects of it.
    static let sudo = #"""
        #!/bin/sh
        user=root
        while [ $# -gt 0 ]; do
            case $1 in
                -u) user=$2; shift 2 ;;
                -i) shift; login=yes ;;
                -n | -H | -E | -S | -nH | -EH) shift ;;
                --) shift; break ;;
                -*) echo "sudo: the option '$1' is not known here" >&2; exit 1 ;;
                *) break ;;
            esac
        done
        [ $# -gt 0 ] || set -- sh ${login:+-l}
        export SUDO_USER=${USER:-dev} PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        exec /usr/lib/su/su -s /bin/sh -c 'exec "$@"' -- "$user" sudo "$@"

        """#
}
