import DevenvHost
import DevenvModel
import SystemPackage

// The calls, as values.
extension RealmKeeper {
    /// What a shell is given to become the holder, whose number it writes down first. Without ids yet, it needs none to sleep.
    static func holderWords(_ place: RealmPlace) -> [String] {
        [
            "-c", "echo $$ >\"$1\" && shift && exec \"$@\"", "sh", place.processFile.string, "unshare", "--user",
            "--mount",
            "--net", "--propagation", "slave", "--", "catatonit", "-P",
        ]
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
