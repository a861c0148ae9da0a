import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// A machine's place in the group.
extension RealmGroup {
    /// Sees that this process may move those that it starts into the group, for which it has to be in a group below one of the user's
    /// itself (cgroups(7), "delegation containment"): a login over SSH is not, but systemd takes it into a scope of its own for
    /// as long as it runs. False where that can't be.
    func isWithinReach(_ tools: any ToolRunner) async -> Bool {
        if mayMove { return true }
        guard UserManager.find() != nil else { return false }
        // where it fails, or was done by another start of this process, what follows tells
        _ = try? await tools.run(UserManager.scope(of: getpid()))
        let deadline = ContinuousClock.now + .seconds(2)
        while !mayMove, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(2))  // a cancelled one ends the loop
        }
        return mayMove
    }

    /// A machine's group as runtimes are told of it. Only where version 2 is all there is, as they look at version 1 otherwise; and only
    /// for those that see their groups, which the runtime has to make before what shows them.
    func pathForRuntime(_ place: MachinePlace) -> String? {
        root == "/sys/fs/cgroup" ? "\(path)/\(place.cgroup)" : nil
    }

    /// Puts a process into a machine's group, which is made.
    func take(_ process: Int32, into cgroup: String) throws(HostError) {
        let before = Self.path(of: process)
        var directory = directory
        for component in FilePath(cgroup).components {
            enable(in: directory)
            directory.append(component)
            guard mkdir(directory.string, 0o755) != 0, errno != EEXIST else { continue }
            throw HostError("making the control group", directory, Errno(rawValue: errno))
        }
        try ControlGroups.write("\(process)", to: directory.appending("cgroup.procs"))
        // with version 2 alone a runtime that is told of no group makes one beside the caller's, where it may
        guard let before, before != Self.path(of: getpid()) else { return }
        rmdir(RealmGroup(path: before, root: root).directory.string)
    }

    /// Removes what is left of the machines' groups. Where a process is in one, it stays.
    func clear() { _ = try? ControlGroups(MachinePlace.allGroups, below: directory).remove() }

    private var mayMove: Bool {
        guard let own = Self.path(of: getpid()) else { return false }
        let common = Self.common(own, path)
        return access(RealmGroup(path: common, root: root).directory.appending("cgroup.procs").string, W_OK) == 0
    }

    /// The deepest group that two groups are in, or are. Pure.
    static func common(_ one: String, _ other: String) -> String {
        let pairs = zip(FilePath(one).components, FilePath(other).components)
        return "/" + pairs.prefix { $0 == $1 }.map(\.0.string).joined(separator: "/")
    }
}
