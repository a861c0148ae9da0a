import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

/// Groups that machines make below their own, cgroups(7), "Cgroups delegation".
extension ControlGroups {
    /// Lets the machine's root make groups below these, and no more: their limits stay the host's.
    func delegate(to owner: UInt32) throws(HostError) {
        for directory in directories { try Self.give(directory, to: owner) }
    }

    /// Moves the machine's first process into a group below the machine's own: with version 2 a group in which processes are can't
    /// give controllers to those below it, so that containers inside would have no limits. On other hosts it stays.
    func moveAside(_ process: MachineProcess, owner: UInt32) throws(HostError) {
        guard let directory = unified?.appending(Self.aside) else { return }
        if mkdir(directory.string, 0o755) != 0, errno != EEXIST {
            throw HostError("making the control group", directory, Errno(rawValue: errno))
        }
        try Self.give(directory, to: owner)
        try Self.write(String(process.id), to: directory.appending("cgroup.procs"))
    }

    /// The group that all processes of such a machine are in at first.
    private static let aside = "init"

    /// Gives a group away; where there are limits of its own, they are not among these files.
    private static func give(_ directory: FilePath, to owner: UInt32) throws(HostError) {
        let names = ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads", "tasks"]
        for path in [directory] + names.map({ directory.appending($0) }).filter(HostFiles.exists) {
            try SystemCall.check("giving away the control group", path) { lchown(path.string, owner, owner) }
        }
    }
}

/// Memory with version 2 (kernel, admin-guide/cgroup-v2.rst).
extension ControlGroups {
    /// Has a machine give back the memory that it has beyond a limit it is about to get. Throws where it can't: the kernel would
    /// kill processes of it until the rest fits. With version 1 the kernel itself refuses such a limit.
    func makeRoom(in machine: MachineName, limitedTo memory: ByteCount?) throws(ProviderError) {
        guard let memory, let unified else { return }
        var excess = Self.excess(in: unified, over: memory)
        for _ in 0..<3 where excess > 0 {
            // that it gave back less than it was asked for is an error, and seen
            try? Self.write(String(excess), to: unified.appending("memory.reclaim"))
            excess = Self.excess(in: unified, over: memory)
        }
        guard excess > 0 else { return }
        let used = ByteCount(bytes: (memory.bytes + excess + 0xF_FFFF) & ~0xF_FFFF)
        throw .invalidRequest(
            "changing the limits of the machine '\(machine)': it uses \(used) of memory, which is more than \(memory)",
            help: "end what uses it, or run 'devenv reload \(machine)'")
    }

    /// How many bytes of memory are used beyond a limit.
    private static func excess(in directory: FilePath, over memory: ByteCount) -> Int64 {
        // where there is no such number any more, the group is gone
        let bytes = (try? HostFiles.read(directory.appending("memory.current"))) ?? nil
        let used = Int64(String(decoding: bytes ?? [], as: UTF8.self).filter(\.isNumber)) ?? 0
        return max(0, used - memory.bytes)
    }

    /// The directory of version 2 where its controllers are in use; nil where those of version 1 are.
    private var unified: FilePath? { directories.first { HostFiles.exists($0.appending("memory.max")) } }
}

extension ContainerProvider {
    /// Lets a machine that was made and waits divide its control groups further.
    func delegate(to owner: UInt32, _ process: MachineProcess, at place: MachinePlace) throws(ProviderError) {
        // systemd makes groups of its own for everything, itself among it
        let startsSystemd = try KeptConfig.read(place.config).startsSystemd
        try ProviderError.translate { () throws(HostError) in
            let groups = ControlGroups(of: place)
            try groups.delegate(to: owner)
            if !startsSystemd { try groups.moveAside(process, owner: owner) }
        }
    }
}
