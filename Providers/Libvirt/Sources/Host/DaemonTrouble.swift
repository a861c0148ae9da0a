import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// Why no libvirt daemon answers, and what mends it.
enum DaemonTrouble {
    /// What an error of opening a connection means. Whether somebody listens and who the user is say more than libvirt's
    /// message, which speaks of a bus where it means a permission.
    static func finding(
        _ error: LibvirtError, _ choice: URIChoice, system: SystemDaemon = .look(), user: UInt32 = geteuid(),
        host: Host = .look()
    ) -> Finding {
        if error.isLibraryMissing {
            return Finding(.problem, "libvirt can't be loaded: \(error.message)", cure: install)
        }
        guard error.isUnreachable else {
            return Finding(.problem, "libvirt at \(choice.uri) fails: \(error.message)")
        }
        guard choice.uri.description == "qemu:///system" else {
            let remote = "see that the host can be reached: virsh -c '\(choice.uri)' uri"
            return Finding(
                .problem, "libvirt does not answer at \(choice.uri), chosen \(choice.words): \(error.message)",
                cure: choice.uri.isLocal ? host.isInstalled ? nil : install : remote)
        }
        switch system {
        case .absent:
            let what = "no libvirt daemon listens at \(choice.uri)"
            return Finding(.problem, host.isInstalled ? what : "\(what): it is not installed", cure: host.start)
        case .usable where user == 0:
            return Finding(.problem, "libvirt at \(choice.uri) refuses: \(error.message)")
        case .usable, .forbidden:
            return Finding(
                .problem, "libvirt at \(choice.uri) does not let you in: \(error.message)", cure: host.permit)
        }
    }

    private static let install = "apt-get install libvirt-daemon-system"

    /// What of this host decides how a daemon is started and asked.
    struct Host: Hashable, Sendable {
        /// Whether a daemon is installed.
        let isInstalled: Bool
        /// Whether systemd starts services.
        let hasSystemd: Bool
        /// Whether the daemon can ask policykit.
        let hasPolicyKit: Bool

        static func look() -> Host {
            Host(
                isInstalled: ["virtqemud", "libvirtd"].contains { ToolPath.find($0) != nil },
                hasSystemd: HostFiles.exists("/run/systemd/system"), hasPolicyKit: SystemDaemon.hasPolicyKit)
        }

        var start: String {
            guard isInstalled else { return install }
            return hasSystemd
                ? "systemctl enable --now libvirtd" : "as root: virtlogd --daemon && libvirtd --daemon"
        }

        var permit: String {
            guard !hasPolicyKit else { return "adduser USER libvirt, then log in again" }
            return "without policykit only root is let in: set unix_sock_group = \"libvirt\","
                + " unix_sock_rw_perms = \"0770\" and auth_unix_rw = \"none\" in /etc/libvirt/libvirtd.conf,"
                + " restart libvirtd, and adduser USER libvirt"
        }
    }
}
