import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// What an ordinary user's machines have of control groups, or would have.
struct GroupOutlook: Hashable, Sendable {
    /// Whether they have a group, which `suspend` takes, and snapshots of machines that run.
    var hasGroup = false
    /// The controllers in it.
    var controllers: Set<String> = []
    /// What gives the user more; empty where the host can't.
    var cure = ""

    /// For the user of this process: of the realm that lives, or of one that would be made now.
    static func look(_ directories: HostDirectories) -> GroupOutlook {
        let cure = cure(UserRealm.userID)
        if let group = RealmGroup.living(at: RealmPlace(in: directories)) {
            return GroupOutlook(hasGroup: true, controllers: group.controllers, cure: cure)
        }
        guard let root = ControlGroups.unifiedRoot, UserRealm.current == nil else { return GroupOutlook(cure: cure) }
        if UserManager.find() != nil {
            let id = UserRealm.userID
            let manager = RealmGroup(path: "/user.slice/user-\(id).slice/user@\(id).service", root: root)
            return GroupOutlook(hasGroup: true, controllers: manager.available, cure: cure)
        }
        guard let group = RealmGroup.delegated(to: getpid()) else { return GroupOutlook(cure: cure) }
        // where processes are beside the machines' groups, these can't have controllers
        let isAlone = group.path != RealmGroup.path(of: getpid())
        return GroupOutlook(hasGroup: true, controllers: isAlone ? group.available : [], cure: cure)
    }

    /// What is usable and what is not. Pure.
    var finding: Finding {
        let missing = RealmGroup.wanted.filter { !controllers.contains($0) }
        guard hasGroup else {
            return Finding(
                .warning,
                "no control group of version 2 is delegated to you: machines can't be suspended, nor saved while they run,"
                    + " and limits have no effect", cure: cure)
        }
        return missing.isEmpty
            ? Finding(.fine, "a control group is delegated to you, with \(RealmGroup.wanted.joined(separator: ", "))")
            : Finding(
                .warning,
                "the control group that is delegated to you lacks \(missing.joined(separator: ", ")): limits by that have no"
                    + " effect", cure: cure)
    }

    /// The error of what takes a group.
    static func refusal(_ attempt: String) -> ProviderError {
        .unsupported(
            "\(attempt): no control group of version 2 is delegated to you", help: cure(UserRealm.userID))
    }

    private static func cure(_ user: UInt32) -> String {
        guard let root = ControlGroups.unifiedRoot else {
            return "boot with control groups of version 2, as with systemd.unified_cgroup_hierarchy=1"
        }
        guard !HostFiles.exists("/run/systemd/system") else {
            return "sudo sh -c 'mkdir -p /etc/systemd/system/user@.service.d"
                + " && printf \"[Service]\\nDelegate=cpu memory pids\\n\" >/etc/systemd/system/user@.service.d/devenv.conf"
                + " && systemctl daemon-reload', then log in anew"
        }
        let group = root.appending("user-\(user)")
        return "sudo sh -c 'mkdir -p \(group)/shell && chown -R \(user) \(group)"
            + " && echo '$$' >\(group)/shell/cgroup.procs', in each shell that runs devenv"
    }
}
