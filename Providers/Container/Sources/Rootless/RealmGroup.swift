import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// The control group that an ordinary user's machines have theirs below: one of version 2 that was delegated to the user
/// (cgroups(7), "Cgroups delegation"). As a realm stays in one for its life, it is found when the realm is made, and noted.
struct RealmGroup: Hashable, Sendable {
    /// Its path below the hierarchy's root, with a slash in front.
    let path: String
    /// Where the hierarchy is mounted.
    let root: FilePath

    /// The controllers that limits of machines take.
    static let wanted = ["cpu", "memory", "pids"]

    /// That of the realm that this process is in; nil outside of any, and where none is delegated.
    static let own: RealmGroup? = UserRealm.current.flatMap { living(at: RealmPlace($0)) }

    /// That of a realm that lives; nil where there is none, or where none is delegated.
    static func living(at place: RealmPlace) -> RealmGroup? {
        guard let path = RealmNote.living(at: place)?.group, let root = ControlGroups.unifiedRoot else { return nil }
        let group = RealmGroup(path: path, root: root)
        return HostFiles.exists(group.directory) ? group : nil
    }

    /// The one for a realm whose holder is a process of this user's. With limits in mind: processes and groups that have
    /// controllers can't be side by side, so that the group above is taken where it is the user's too and has no process.
    static func delegated(to process: Int32) -> RealmGroup? {
        guard let root = ControlGroups.unifiedRoot, let path = path(of: process) else { return nil }
        return delegated(path, root: root)
    }

    /// The same by the path of the holder's own group.
    static func delegated(_ path: String, root: FilePath) -> RealmGroup? {
        let group = RealmGroup(path: path, root: root)
        guard group.isDelegated else { return nil }
        let above = RealmGroup(path: FilePath(path).removingLastComponent().string, root: root)
        return above.isDelegated && above.isEmpty ? above : group
    }

    /// The path of a process' group in the hierarchy of version 2, cgroups(7), "/proc files"; nil where it has none.
    static func path(of process: Int32) -> String? {
        let bytes = (try? HostFiles.read(FilePath("/proc/\(process)/cgroup"))) ?? nil  // it is gone
        return path(in: String(decoding: bytes ?? [], as: UTF8.self))
    }

    /// The same from the text of that file. Pure.
    static func path(in text: String) -> String? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("0::/") }
        return line.map { String($0.dropFirst(3)) }
    }

    /// Its directory.
    var directory: FilePath { root.pushing(FilePath(String(path.drop { $0 == "/" }))) }

    /// The controllers that groups in it have.
    var controllers: Set<String> { Self.words(directory.appending("cgroup.subtree_control")) }

    /// The controllers that it could give to groups in it.
    var available: Set<String> { Self.words(directory.appending("cgroup.controllers")) }

    /// Gives groups in a directory below it, or in itself, the controllers that limits take, where they are to be had. It can't be
    /// done where processes are in it, and the machines then have no limits.
    func enable(in directory: FilePath) {
        for name in Self.wanted where Self.words(directory.appending("cgroup.controllers")).contains(name) {
            try? ControlGroups.write("+\(name)", to: directory.appending("cgroup.subtree_control"))
        }
    }

    /// Whether this process' user may put processes into it, and make groups in it.
    private var isDelegated: Bool {
        path != "/" && access(directory.string, W_OK) == 0
            && access(directory.appending("cgroup.procs").string, W_OK) == 0
    }

    private var isEmpty: Bool { Self.words(directory.appending("cgroup.procs")).isEmpty }

    private static func words(_ file: FilePath) -> Set<String> {
        let bytes = (try? HostFiles.read(file)) ?? nil  // the group is gone
        return Set(String(decoding: bytes ?? [], as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init))
    }
}
