import DevenvHost
import Glibc
import SystemPackage

/// A machine's control groups: one directory in each hierarchy of version 1, or one in version 2.
struct ControlGroups {
    /// Its path below each hierarchy's root.
    let path: String
    private let hierarchies: [FilePath]
    /// Where there may be none: the machine whose processes are looked for by other marks then.
    private let ungrouped: MachinePlace?

    /// Finds the hierarchies of this host.
    init(_ path: String) {
        self.init(path, root: "/sys/fs/cgroup")
    }

    /// Those of a machine; an ordinary user's has one only where the user has (`RealmGroup`), and without one its processes are
    /// found by its mounts.
    init(of place: MachinePlace) {
        guard UserRealm.current != nil else {
            self.init(place.cgroup)
            return
        }
        self.init(place.cgroup, hierarchies: RealmGroup.own.map { [$0.directory] } ?? [], ungrouped: place)
    }

    /// Those that machines share: of this host, or of the realm that this process is in.
    init(shared path: String) {
        guard UserRealm.current != nil else {
            self.init(path)
            return
        }
        self.init(path, hierarchies: RealmGroup.own.map { [$0.directory] } ?? [])
    }

    /// Those below a group of version 2.
    init(_ path: String, below directory: FilePath) { self.init(path, hierarchies: [directory]) }

    private init(_ path: String, hierarchies: [FilePath], ungrouped: MachinePlace? = nil) {
        self.path = path
        self.hierarchies = hierarchies
        self.ungrouped = ungrouped
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

    /// Whether a host has version 2 beside version 1, as systemd mounts both for a while.
    static var isHybrid: Bool { HostFiles.exists("/sys/fs/cgroup/unified/cgroup.controllers") }

    /// Where version 2 is mounted; nil where it is not.
    static var unifiedRoot: FilePath? { isUnified() ? "/sys/fs/cgroup" : isHybrid ? "/sys/fs/cgroup/unified" : nil }

    /// The directories that are there.
    var directories: [FilePath] {
        hierarchies.map { $0.pushing(FilePath(path)) }.filter { HostFiles.kind($0) == .directory }
    }

    /// The directories with those that the machine made below them, each before the one that it is in.
    var tree: [FilePath] { directories.flatMap(Self.tree) }

    /// A directory of control groups has two links and one more for each below it, so that most need not be read.
    private static func tree(_ directory: FilePath) -> [FilePath] {
        var status = stat()
        guard stat(directory.string, &status) == 0, status.st_nlink > 2 else { return [directory] }
        let names = (try? HostFiles.list(directory)) ?? []  // one that vanishes meanwhile has none below it
        let below = names.map { directory.appending($0) }.filter { HostFiles.kind($0) == .directory }
        return below.flatMap(tree) + [directory]
    }

    /// The processes in it. Every process of a machine is in each hierarchy, but a machine that is being made may be in
    /// some only.
    var processes: Set<Int32> {
        var found: Set<Int32> = []
        for directory in tree {
            // a group that vanishes meanwhile has no process
            guard let bytes = try? HostFiles.read(directory.appending("cgroup.procs")) else { continue }
            found.formUnion(String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { Int32($0) })
        }
        // an ordinary user's machine is not in its group yet, or never is
        if found.isEmpty, let ungrouped { return RealmProcesses.all(of: ungrouped) }
        return found
    }

    /// The machine's living first process: of containers inside the machine too there is one each, which more namespaces
    /// number.
    var firstProcess: MachineProcess? {
        let numbers = processes.map { (id: $0, numbers: MachineProcess.numbers(of: $0)) }
        let firsts = numbers.filter { $0.numbers.last == 1 }.sorted { $0.numbers.count < $1.numbers.count }
        return firsts.lazy.compactMap { MachineProcess(living: $0.id) }.first
    }

    /// Writes a text to a file of a group; `attempt` begins the error's message, with the text unless told otherwise.
    static func write(_ text: String, to path: FilePath, _ attempt: String? = nil) throws(HostError) {
        try HostError.wrap(attempt ?? "writing '\(text)' to", path) {
            let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
            _ = try file.closeAfter { try file.writeAll(text.utf8) }
        }
    }

    /// Removes the directories that nothing is in: neither a process nor another group.
    func removeEmpty() { for directory in directories { rmdir(directory.string) } }

    /// Removes the directories with those that the machine made below them; false while a process, or another group, is still in one.
    func remove() throws(HostError) -> Bool {
        var isDone = true
        for directory in tree where rmdir(directory.string) != 0 {
            switch Errno(rawValue: errno) {
            case .noSuchFileOrDirectory: continue
            case .resourceBusy: isDone = false
            case let error: throw HostError("removing the control group", directory, error)
            }
        }
        return isDone
    }
}
