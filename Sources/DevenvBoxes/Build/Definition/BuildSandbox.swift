/// The programs that run what a definition brings in the new tree, so that it reaches nothing else: its own mounts, processes
/// and, unless it asks for more, no network; none of the capabilities that lead out of a tree; and it ends with all that it
/// has started.
enum BuildSandbox {
    /// Where a definition's files and scripts are seen from within.
    static let place = "/run/devenv"

    /// Called with `yes` or `no` for the network, the tree, the directory for `place`, and the program with its arguments.
    ///
    /// What mmdebstrap has open besides is closed: by a socket of it, hooks read and write files of the host.
    static let outer = #"""
        #!/bin/sh
        # Written by devenv.
        set -eu
        isolation="--mount --uts --ipc --pid --fork --kill-child=KILL"
        [ "$1" = yes ] || isolation="$isolation --net"
        shift
        # shellcheck disable=SC2086 # these are words of our own
        exec perl -e 'use POSIX; POSIX::close($_) for 3 .. 1023; exec { $ARGV[0] } @ARGV; die "$ARGV[0]: $!\n"' \
            unshare $isolation -- "${0%/*}/inside" "$@"

        """#

    /// Mounts what a program expects of a system, and makes the tree the only root there is. What the tree has mounted by
    /// itself stays out of sight: the new mount is of the tree alone.
    static let inner = #"""
        #!/bin/sh
        # Written by devenv.
        set -eu
        root=$1 payload=$2
        shift 2
        umask 022
        mount --bind "$root" "$root"
        cd "$root"
        mount -t tmpfs -o mode=0755,nosuid tmpfs dev
        for name in null zero full random urandom tty; do
            : >"dev/$name"
            mount --bind "/dev/$name" "dev/$name"
        done
        mkdir dev/pts dev/shm
        mount -t devpts -o newinstance,nosuid,noexec,ptmxmode=0666,mode=0620 devpts dev/pts
        ln -s pts/ptmx dev/ptmx
        ln -s /proc/self/fd dev/fd
        ln -s /proc/self/fd/0 dev/stdin
        ln -s /proc/self/fd/1 dev/stdout
        ln -s /proc/self/fd/2 dev/stderr
        for name in dev/shm tmp run; do mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$name"; done
        chmod 0755 run
        mkdir -p run/lock run/devenv run/outside run/systemd/resolve
        chmod 1777 run/lock
        # where a tree with systemd-resolved looks for the servers that tell names
        for name in stub-resolv.conf resolv.conf; do cp /etc/resolv.conf "run/systemd/resolve/$name"; done
        mount --bind "$payload" run/devenv
        mount -o remount,bind,ro run/devenv
        mount -t proc -o nosuid,nodev,noexec proc proc
        # root may write there without any capability, and some of it is the host's
        for name in bus fs irq sys sysrq-trigger; do
            [ -e "proc/$name" ] || continue
            mount --bind "proc/$name" "proc/$name"
            mount -o remount,bind,ro "proc/$name"
        done
        pivot_root . run/outside
        cd /
        umount -l /run/outside
        rmdir /run/outside
        allowed=+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+net_bind_service,+sys_chroot,+setfcap
        # a session of its own has no terminal to type into
        exec setsid setpriv --bounding-set="-all,$allowed" --inh-caps=-all -- \
            /bin/sh -c 'trap "exit 143" TERM INT HUP; "$@" & wait "$!"' sh "$@"

        """#

    /// Ends a whole build as soon as whoever wants it has ended, however that was: its lock is free then. Called with the
    /// lock's file and the program with its arguments. A lock on this program tells others that the build goes on.
    static let attendant = #"""
        #!/bin/sh
        # Written by devenv.
        lock=$1
        shift
        exec 9<"$0"
        flock 9
        (
            trap '' TERM
            exec flock "$lock" sh -c 'kill -KILL 0' 9<&-
        ) </dev/null &
        watcher=$!
        trap : TERM
        "$@" 9<&-
        status=$?
        kill -KILL "$watcher" 2>/dev/null
        exit "$status"

        """#
}
