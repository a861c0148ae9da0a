import DevenvHost
import Glibc
import SystemPackage

/// A machine's control groups: one directory in each hierarchy of version 1, or one in version 2.
struct ControlGroups {
    /// Its path below each hierarchy's root.
    let path: String
    private let hierarchies: [FilePath]
    /// Where there are none: the machine whose processes are looked for by other marks.
    private let unlimited: MachinePlace?

    /// Finds the hierarchies of this host.
    init(_ path: String) {
        self.init(path, root: "/sys/fs/cgroup")
    }

    /// Those of a machine; an ordinary user's has none, and its processes are found by its mounts.
    init(of place: MachinePlace) {
        guard UserRealm.current != nil else {
            self.init(place.cgroup)
            return
        }
        self.init(place.cgroup, hierarchies: [], unlimited: place)
    }

    private init(_ path: String, hierarchies: [FilePath], unlimited: MachinePlace? = nil) {
        self.path = path
        self.hierarchies = hierarchies
        self.unlimited = unlimited
    }

    /// Finds the hierarchies at a root.
    init(_ path: String, root: FilePath) {
        guard !Self.isUnified(root) else {
            self.init(path, hierarchies: [root])
            return
        }
        let names = (try? HostFiles.list(root)) ?? []  // a host without control groups has none of a machine's either
        self.init(path, hierarchies: names.map { root.appending($0) }.filter { HostFiles.kind($0) == .directory })
    }

    /// Whether a host has version 2 alone.
    static func isUnified(_ root: FilePath = "/sys/fs/cgroup") -> Bool {
        HostFiles.exists(root.appending("cgroup.controllers"))
    }

    /// The directories that are there.
    var directories: [FilePath] {
        hierarchies.map { $0.pushing(FilePath(path)) }.filter { HostFiles.kind($0) == .directory }
    }

    /// The processes in it. Every process of a machine is in each hierarchy, but a machine that is being made may be in
    /// some only.
    var processes: Set<Int32> {
        if let unlimited { return RealmProcesses.all(of: unlimited) }
        var found: Set<Int32> = []
        for directory in directories {
            // a group that vanishes meanwhile has no process
            guard let bytes = try? HostFiles.read(directory.appending("cgroup.procs")) else { continue }
            found.formUnion(String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { Int32($0) })
        }
        return found
    }

    /// The machine's living first process.
    var firstProcess: MachineProcess? {
        for id in processes where MachineProcess.innerNumber(of: id) == 1 {
            if let process = MachineProcess(living: id) { return process }
        }
        return nil
    }

    /// Removes the directories; false while a process, or another group, is still in one.
    func remove() throws(HostError) -> Bool {
        var isDone = true
        for directory in directories where rmdir(directory.string) != 0 {
            switch Errno(rawValue: errno) {
            case .noSuchFileOrDirectory: continue
            case .resourceBusy: isDone = false
            case let error: throw HostError("removing the control group", directory, error)
            }
        }
        return isDone
    }
}
