/// The program of an image that lets the root file system take the whole disk.
enum DiskGrowth {
    /// Where it lies in an image.
    static let path = "/usr/lib/devenv/grow"

    /// Runs at each start; where there is nothing to do, it reads a few files and starts no program.
    static let script = #"""
        #!/bin/sh
        # Written by devenv. Lets the root file system take the whole disk, where the disk has become larger.
        set -eu
        device=
        while read -r source target _; do
            if [ "$target" = / ]; then device=$source; fi
        done </proc/mounts
        partition=/sys/class/block/${device##*/}
        [ -r "$partition/partition" ] || exit 0
        read -r number <"$partition/partition"
        read -r start <"$partition/start"
        read -r size <"$partition/size"
        read -r total <"$partition/../size"
        # in sectors; less than 16 MiB is not worth it
        [ $((total - start - size)) -gt 32768 ] || exit 0

        disk=$(readlink -f "$partition/..")
        disk=/dev/${disk##*/}
        echo ', +' | sfdisk --quiet --no-reread --no-tell-kernel --force -N "$number" "$disk"
        partx --update --nr "$number" "$disk"
        resize2fs "$device"

        """#
}
