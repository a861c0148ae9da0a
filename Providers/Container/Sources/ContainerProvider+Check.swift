import CSyscalls
import DevenvHost
package import DevenvPluginAPI
import Glibc
import SystemPackage

extension ContainerProvider {
    /// What is usable on this host.
    package func check() async -> [Finding] {
        if geteuid() != 0 { return RealmHost.look(directories).findings + [seccompFinding, overlayFinding] }
        guard UserRealm.current == nil else {
            return RealmHost.look(directories).findings.filter { $0.severity == .warning } + toolFindings
                + [seccompFinding, overlayFinding]
        }
        var findings =
            [rootFinding] + toolFindings + [seccompFinding, overlayFinding, userNamespaceFinding, groupFinding]
        findings += [mountFinding, quotaFinding]
        if let advice = WayOut6.advice {
            let reason = "machines don't get outside over IPv6, as this kernel forwards it everywhere or nowhere"
            findings.append(Finding(.fine, "\(reason); to have it: \(advice)"))
        }
        if let finding = await forwardFinding { findings.append(finding) }
        return findings
    }

    private var rootFinding: Finding {
        Finding(.fine, "running as root")
    }

    private var toolFindings: [Finding] {
        let needed = ["runc", "ip", "nft", "nsenter", "catatonit"].map { tool in
            ToolPath.find(tool) != nil
                ? Finding(.fine, "'\(tool)' is installed")
                : Finding(.problem, "'\(tool)' is not installed", cure: Cure.install(tool))
        }
        let choice =
            ToolPath.find("crun") != nil
            ? "is installed" : "is not installed, which only machines with 'runtime: crun' need"
        return needed + [Finding(.fine, "'crun' \(choice)")]
    }

    private var seccompFinding: Finding {
        do {
            _ = try SeccompProfile.read()
            return Finding(.fine, "the seccomp profile '\(SeccompProfile.path)' can be read")
        } catch {
            return Finding(.problem, error.message, cure: error.help)
        }
    }

    private var overlayFinding: Finding {
        let systems = (try? HostFiles.read("/proc/filesystems")) ?? nil  // without it there is no overlay either
        let isThere = String(decoding: systems ?? [], as: UTF8.self).split(separator: "\n").contains {
            $0.hasSuffix("\toverlay")
        }
        return isThere || hasOverlayModule
            ? Finding(.fine, "overlayfs is there")
            : Finding(.problem, "the kernel has no overlayfs", cure: "modprobe overlay")
    }

    /// Whether the kernel loads it when something is mounted with it for the first time, as that of a distribution does.
    private var hasOverlayModule: Bool {
        var system = utsname()
        guard uname(&system) == 0 else { return false }
        let release = withUnsafeBytes(of: system.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let modules = FilePath("/lib/modules/\(release)/kernel/fs/overlayfs")
        let names = (try? HostFiles.list(modules)) ?? []  // no such module
        return names.contains { $0.hasPrefix("overlay.ko") }
    }

    private var userNamespaceFinding: Finding {
        let limit = (try? HostFiles.read("/proc/sys/user/max_user_namespaces")) ?? nil  // no file: no such namespaces
        return (Int(String(decoding: limit ?? [], as: UTF8.self).filter(\.isNumber)) ?? 0) > 0
            ? Finding(.fine, "user namespaces are allowed")
            : Finding(.problem, "user namespaces are switched off", cure: "sysctl user.max_user_namespaces=15000")
    }

    private var groupFinding: Finding {
        if ControlGroups.isUnified() {
            let bytes = (try? HostFiles.read("/sys/fs/cgroup/cgroup.controllers")) ?? nil  // reported as none
            let names = String(decoding: bytes ?? [], as: UTF8.self).split(whereSeparator: \.isWhitespace).map(
                String.init)
            return groups(missing: ["cpu", "memory", "pids"].filter { !names.contains($0) }, "2")
        }
        return groups(
            missing: ["cpu", "memory", "pids", "devices"].filter {
                HostFiles.kind(FilePath("/sys/fs/cgroup/\($0)")) == nil
            }, "1")
    }

    private func groups(missing: [String], _ version: String) -> Finding {
        missing.isEmpty
            ? Finding(.fine, "control groups of version \(version) are mounted")
            : Finding(
                .problem, "control groups (version \(version)) lack \(missing.joined(separator: ", "))",
                cure: "mount them at /sys/fs/cgroup, or boot with cgroup_enable=memory")
    }

    private var quotaFinding: Finding {
        let place = DiskQuota.existing(directories.data)
        return DiskQuota.isEnforced(in: place)
            ? Finding(.fine, "what containers write can be limited on '\(place)', by 'disk'")
            : Finding(.fine, "what containers write can't be limited on '\(place)', so that 'disk' has no effect")
    }

    /// Other programs' rules may drop what machines send to the outside; an accepting rule of devenv's does not
    /// overrule them (nft(8): a packet has to pass every chain of a hook).
    private var forwardFinding: Finding? {
        get async {
            let call = ToolInvocation("nft", ["-j", "list", "chains"], timeout: .seconds(10))
            guard let outcome = try? await tools.run(call), outcome.status == 0 else { return nil }  // reported above
            guard let chain = ChainListing.dropping(in: outcome.standardOutput) else { return nil }
            return Finding(
                .warning, "the chain \(chain) of nftables drops forwarded packets, so machines may not get out",
                cure: "iptables -I FORWARD -i '\(Bridge.prefix)+' -j ACCEPT;"
                    + " iptables -I FORWARD -o '\(Bridge.prefix)+' -j ACCEPT")
        }
    }

    /// Tries what every start needs: a copy of a mount with shifted ids, attached nowhere.
    private var mountFinding: Finding {
        let directory = HostFiles.exists(directories.data) ? directories.data : "/var/lib"
        let namespace = devenv_user_namespace(IDRange.standard.first, IDRange.standard.count)
        guard namespace >= 0 else {
            let error = Errno(rawValue: errno)
            return Finding(.problem, "a user namespace can't be made: \(error)", cure: "see user_namespaces(7)")
        }
        defer { close(namespace) }
        let copy = devenv_idmapped_copy(directory.string, namespace)
        guard copy >= 0 else {
            let error = Errno(rawValue: errno)
            return Finding(
                .problem, "the file system of '\(directory)' can't be mounted with shifted ids: \(error)",
                cure: "keep DEVENV_HOME on ext4, xfs or btrfs, with Linux 5.19 or later")
        }
        close(copy)
        return Finding(.fine, "mounts with shifted ids work on '\(directory)'")
    }
}
