/// The first program of an image: what the initial file system runs before there is a root file system.
package enum EarlyInit {
    /// Where it lies in an image, for the hook to take it into each initial file system.
    static let path = "/usr/lib/devenv/early-init"

    /// The hook of initramfs-tools that puts it in place, for each kernel that comes. Of the drivers, those are taken that
    /// the kernel has.
    static let hook = #"""
        #!/bin/sh
        # Written by devenv. Without this file, machines start with Debian's own program, some seconds slower.
        case ${1:-} in prereqs) exit 0 ;; esac
        . /usr/share/initramfs-tools/hook-functions
        for module in virtio_pci virtio_blk virtio_scsi nvme ahci ata_piix ata_generic sd_mod sr_mod isofs mptspi \
            vmw_pvscsi hv_storvsc xen_blkfront xhci_pci ehci_pci uas usb_storage ext4
        do
            manual_add_modules "$module"
        done
        [ -x "$DESTDIR/bin/busybox" ] || exit 0
        mv "$DESTDIR/init" "$DESTDIR/init.debian"
        cp /usr/lib/devenv/early-init "$DESTDIR/init"
        chmod 755 "$DESTDIR/init"

        """#

    /// Loads the drivers of what is there, mounts the root file system that the kernel's `root=` names and goes on in it.
    ///
    /// Debian's own program does the same and much more, with udev and dozens of other programs, which takes seconds on an
    /// emulated processor. Whatever this one can't do (a root that is no plain ext4 partition, or one with recorded errors,
    /// or a request to stop on the way) it leaves to that one, which is kept as /init.debian.
    package static let script = #"""
        #!/bin/busybox sh
        # Written by devenv: a fast way to the root file system. /init.debian is the thorough one.
        b=/bin/busybox
        $b mkdir -p /dev /proc /sys /run /newroot
        $b mount -t devtmpfs -o mode=755 dev /dev
        $b mount -t proc proc /proc
        $b mount -t sysfs sys /sys

        give_up() {
            if [ -x /init.debian ]; then
                $b umount /sys /proc
                $b umount -l /dev
                exec /init.debian
            fi
            echo "devenv: $1" >/dev/console
            exec $b sh </dev/console >/dev/console 2>&1
        }

        # Loads the drivers that devices ask for by their names; a driver may bring new devices. An IDE or SATA controller
        # takes half a second to find that nothing is connected, so that these come later, if nothing else has the root.
        load_drivers() {
            wanted=
            for file in /sys/bus/*/devices/*/modalias; do
                [ -r "$file" ] || continue
                read -r alias <"$file" || continue
                case $seen in *" $alias "*) continue ;; esac
                case $alias in pci:*bc01sc01* | pci:*bc01sc06*) [ -n "$slow" ] || continue ;; esac
                seen="$seen$alias "
                wanted="$wanted $alias"
            done
            [ -z "$wanted" ] || $b modprobe -a -q $wanted 2>/dev/null
        }

        root= init=/sbin/init flags=rw
        read -r line </proc/cmdline
        for word in $line; do
            case $word in
                root=*) root=${word#root=} ;;
                init=*) init=${word#init=} ;;
                ro) flags=ro ;;
                rw) flags=rw ;;
                break | break=* | debug | resume=* | overlayroot=* | cryptdevice=* | nbdroot=* | nfsroot=* | fsck.mode=force)
                    give_up "the kernel's argument '$word' is not known here" ;;
            esac
        done

        seen=' ' slow= device= tries=0
        [ ! -r /conf/modules ] || $b modprobe -a -q $($b cat /conf/modules) 2>/dev/null
        while [ $tries -lt 150 ]; do
            load_drivers
            case $root in
                UUID=* | LABEL=*) device=$($b findfs "$root" 2>/dev/null) ;;
                /dev/*) device=$root ;;
                *) give_up "the kernel's argument root='$root' names no file system" ;;
            esac
            [ -z "$device" ] || [ ! -b "$device" ] || [ -n "$wanted" ] || break
            if [ -z "$wanted" ]; then
                [ -z "$slow" ] || $b usleep 20000
                slow=yes
            fi
            tries=$((tries + 1))
        done
        [ -b "$device" ] || give_up "there is no root file system '$root'"

        # s_state, ext4's own note of errors: 1 for clean, 0 for a journal to replay
        state=$($b dd if="$device" bs=1 skip=1082 count=1 2>/dev/null | $b hexdump -e '1/1 "%d"')
        case $state in 0 | 1) ;; *) give_up "the root file system has errors" ;; esac
        $b mount -t ext4 -o "$flags" "$device" /newroot || give_up "the root file system can't be mounted"

        $b mount -t tmpfs -o mode=755,nosuid,nodev run /run
        for directory in dev proc sys run; do $b mount -o move /$directory /newroot/$directory; done
        exec $b switch_root /newroot "$init"

        """#
}
