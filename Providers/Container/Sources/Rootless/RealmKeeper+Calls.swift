import DevenvHost
import DevenvModel
import SystemPackage

// The calls, as values.
extension RealmKeeper {
    /// What becomes the holder: a shell, which writes its number down first. Without ids yet, it needs none to sleep. With
    /// systemd it is in a scope, and there in a group of its own, as the machines' can't have controllers beside processes.
    static func holderWords(
        _ place: RealmPlace, manager: UserManager?, root: FilePath?
    ) -> (program: FilePath, arguments: [String]) {
        let own = [
            "unshare", "--user", "--mount", "--net", "--propagation", "slave", "--", "catatonit", "-P",
        ]
        let note = "echo $$ >\"$1\" && shift && exec \"$@\""
        guard let manager, let root else { return ("/bin/sh", ["-c", note, "sh", place.processFile.string] + own) }
        let leaf =
            "group=\"$1$(sed -n s/^0:://p /proc/self/cgroup)/holder\"; shift;"
            + " mkdir \"$group\" && echo $$ >\"$group/cgroup.procs\"; "
        return (
            manager.program,
            UserManager.scope + ["/bin/sh", "-c", leaf + note, "sh", root.string, place.processFile.string] + own
        )
    }

    /// What slirp4netns is given: machines reach whatever the user does, but for the host's own loopback.
    static func slirpWords(_ note: RealmNote, _ place: RealmPlace) -> [String] {
        [
            "--configure", "--mtu=65520", "--cidr=\(note.subnet)", "--disable-host-loopback",
            "--enable-sandbox",
            "--api-socket=\(place.socket)", "\(note.holder.id)", "tap0",
        ]
    }

    /// Has the realm's network seen in a directory.
    static func preparation(_ holder: Int32, _ place: RealmPlace) -> ToolInvocation {
        ToolInvocation(
            "nsenter",
            [
                "--preserve-credentials", "--user", "--mount", "--net", "--target", "\(holder)", "--", "sh", "-c",
                "PATH=$PATH:/usr/sbin:/sbin && ip link set dev lo up && mkdir -p \"$1\""
                    + " && mount -t sysfs -o ro sysfs \"$1\"", "sh", place.system.string,
            ])
    }
}

extension MachinePlace {
    /// The machines that something is known of while they run.
    static func runs(below directories: HostDirectories) -> [MachinePlace] {
        let runs = runs(in: directories)
        return ((try? HostFiles.list(runs)) ?? []).flatMap { project in  // what can't be listed has no machines
            ((try? HostFiles.list(runs.appending(project))) ?? []).map { machine in
                MachinePlace(
                    project: ProjectID(unchecked: project), machine: MachineID(unchecked: machine), in: directories)
            }
        }
    }
}
