import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// What of this host an ordinary user's containers rest on, as it was found.
struct RealmHost: Hashable, Sendable {
    /// The user's name.
    var user: String
    /// The user's id.
    var id: UInt32
    /// The text of subuid(5).
    var userIDs: String
    /// The text of subgid(5).
    var groupIDs: String
    /// The programs that are missing.
    var missing: [String]
    /// How many user namespaces there may be, namespaces(7).
    var namespaces: Int
    /// Whether users may make them, where the kernel has a switch for that.
    var mayMakeNamespaces: Bool
    /// Whether devices of networks can be made, /dev/net/tun.
    var hasTunnels: Bool
    /// What of control groups is the user's.
    var groups = GroupOutlook()
    /// Whether what the user has started ends with the user's last session, loginctl(1), `enable-linger`.
    var endsWithSession = false

    /// The programs of a realm.
    private static let tools = [
        "runc", "ip", "nft", "nsenter", "catatonit", "unshare", "newuidmap", "newgidmap", "slirp4netns",
    ]

    /// Looks at this host, for the user of this process, whose directories may be known. Changes nothing.
    static func look(_ directories: HostDirectories? = nil) -> RealmHost {
        // what can't be read grants nothing
        func text(_ path: FilePath) -> String {
            String(decoding: ((try? HostFiles.read(path)) ?? nil) ?? [], as: UTF8.self)
        }
        let id = UserRealm.userID
        let name = getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? "\(id)"
        let clone = text("/proc/sys/kernel/unprivileged_userns_clone")
        return RealmHost(
            user: name, id: id,
            userIDs: text("/etc/subuid"), groupIDs: text("/etc/subgid"),
            missing: tools.filter { ToolPath.find($0) == nil },
            namespaces: Int(text("/proc/sys/user/max_user_namespaces").filter(\.isNumber)) ?? 0,
            mayMakeNamespaces: !clone.hasPrefix("0"), hasTunnels: access("/dev/net/tun", R_OK | W_OK) == 0,
            groups: directories.map(GroupOutlook.look) ?? GroupOutlook(),
            endsWithSession: UserManager.find() != nil && !HostFiles.exists(FilePath("/var/lib/systemd/linger/\(name)"))
        )
    }

    /// The ids beside the user's own that a file grants: the first range that is long enough for a machine.
    func range(in text: String) -> IDRange? {
        text.split(separator: "\n").lazy.compactMap { line -> IDRange? in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3, fields[0] == user || fields[0] == "\(id)", let first = UInt32(fields[1]),
                let count = UInt32(fields[2]), count >= 65_535
            else { return nil }
            return IDRange(first: first, count: count)
        }.first
    }

    /// What is usable and what is not, with the command that mends it. Pure.
    var findings: [Finding] {
        missing.map { Finding(.problem, "'\($0)' is not installed", cure: Cure.install($0)) } + [
            namespaceFinding,
            rangeFinding(userIDs, "/etc/subuid", "--add-subuids"),
            rangeFinding(groupIDs, "/etc/subgid", "--add-subgids"),
            hasTunnels
                ? Finding(.fine, "'/dev/net/tun' can be used")
                : Finding(.problem, "'/dev/net/tun' can't be opened", cure: "sudo chmod 666 /dev/net/tun"),
            groups.finding,
        ] + (endsWithSession ? [Self.sessionFinding] : [])
    }

    private static let sessionFinding = Finding(
        .warning, "your machines end when you log out of your last session", cure: "loginctl enable-linger")

    private var namespaceFinding: Finding {
        guard mayMakeNamespaces else {
            return Finding(
                .problem, "users may not make user namespaces",
                cure: "sudo sysctl kernel.unprivileged_userns_clone=1")
        }
        return namespaces > 1
            ? Finding(.fine, "user namespaces are allowed")
            : Finding(.problem, "user namespaces are switched off", cure: "sudo sysctl user.max_user_namespaces=15000")
    }

    private func rangeFinding(_ text: String, _ file: String, _ option: String) -> Finding {
        range(in: text) != nil
            ? Finding(.fine, "'\(file)' grants \(user) ids for machines")
            : Finding(
                .problem, "'\(file)' grants \(user) no 65536 ids in a row",
                cure: "sudo usermod \(option) 100000-165535 \(user), or others that nobody has")
    }
}
