import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension RuntimeConfig {
    /// The configuration of a machine. Pure. `isLimited`: whether it has control groups of its own.
    init(
        _ request: MachineRequest, options: ContainerOptions, place: MachinePlace, ids: IDRange,
        host: RuntimeSurroundings, isLimited: Bool = true
    ) {
        let capabilities = options.allCapabilities(of: host.capabilities).map(\.name)
        process = Process(
            args: Self.arguments(options, request.access), env: Self.environment(options),
            capabilities: Capabilities(bounding: capabilities, effective: capabilities, permitted: capabilities))
        root = Root(path: place.root.string)
        hostname = request.spec.hostname
        let ownsGroups = options.ownsControlGroups || host.hasUnifiedControlGroups
        mounts = Self.mounts(options, host, showsGroups: ownsGroups)
        annotations = [
            "devenv.project": place.project.rawValue, "devenv.machine": place.machine.rawValue,
            "devenv.name": "\(request.identity.projectName)/\(request.identity.name)",
        ]
        annotations.merge(KeptConfig.annotations(request, options, host)) { _, own in own }
        let ranges = ids.parts.map { Mapping(containerID: $0.first - ids.first, hostID: $0.first, size: $0.count) }
        let mappings = options.isPrivileged ? nil : ranges
        let others = (options.isPrivileged ? [] : ["user"]) + (ownsGroups ? ["cgroup"] : [])
        linux = Linux(
            uidMappings: mappings, gidMappings: mappings,
            namespaces: (["pid", "ipc", "uts", "mount", "network"] + others).map(Namespace.init(type:)),
            // absolute: a relative one would lie below the group, and so below the limits, of devenv itself
            cgroupsPath: isLimited ? "/" + place.cgroup : host.group,
            resources: isLimited ? Resources(request.spec, options, allowing: Self.rules(options, host)) : nil,
            seccomp: host.filter,
            maskedPaths: options.seesAll ? [] : Self.maskedPaths,
            readonlyPaths: options.seesAll ? [] : Self.readonlyPaths)
    }

    private static func mounts(_ options: ContainerOptions, _ host: RuntimeSurroundings, showsGroups: Bool) -> [Mount] {
        var mounts = standardMounts
        if options.isPrivileged, let index = mounts.firstIndex(where: { $0.type == "sysfs" }) {
            mounts[index].options.removeAll { $0 == "ro" }
        }
        switch options.initiator {
        case .small: mounts.append(initMount)
        case .none: break
        // the unit of the SSH server makes its own, and takes it away
        case .systemd: mounts.removeAll { $0.destination == "/run/sshd" }
        }
        if showsGroups { mounts.append(controlGroupMount(isWritable: options.ownsControlGroups)) }
        return mounts + host.devices.map(\.mount) + host.binds.map(\.mount)
    }

    /// Which devices the machine may use; everything else, but for /dev/null and its kin, is refused by its control group.
    private static func rules(_ options: ContainerOptions, _ host: RuntimeSurroundings) -> [Resources.Device] {
        options.isPrivileged ? [.init(allow: true)] : [.init()] + host.devices.map(\.rule)
    }

    /// What starts the box's systemd, systemd(1).
    static let systemd = "/sbin/init"
    private static let initPath = "/run/devenv/init"

    private static func arguments(_ options: ContainerOptions, _ access: MachineAccess) -> [String] {
        let command = options.command ?? server(access)
        switch options.initiator {
        case .small: return [initPath, "--"] + command
        case .none: return command
        case .systemd: return [systemd]
        }
    }

    /// The SSH server in the foreground, with the one host key that the owner knows.
    private static func server(_ access: MachineAccess) -> [String] {
        [
            "/usr/sbin/sshd", "-D", "-e", "-p", String(access.port), "-o", "HostKey=/etc/ssh/ssh_host_ed25519_key",
        ]
    }

    private static func environment(_ options: ContainerOptions) -> [String] {
        var variables = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
            "container": "runc",
        ]
        variables.merge(options.environment) { _, own in own }
        return variables.map { "\($0.key)=\($0.value)" }.sorted()
    }

    private static let standardMounts = [
        Mount(destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"]),
        tmpfs("/dev", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        Mount(
            destination: "/dev/pts", type: "devpts", source: "devpts",
            options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
        tmpfs("/dev/shm", ["nosuid", "noexec", "nodev", "mode=1777"]),
        Mount(destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"]),
        Mount(destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"]),
        tmpfs("/run", ["nosuid", "nodev", "mode=755"]),
        tmpfs("/run/lock", ["nosuid", "noexec", "nodev", "mode=1777", "size=5120k"]),
        // sshd insists on it, and /run is empty at each start
        tmpfs("/run/sshd", ["nosuid", "noexec", "nodev", "mode=755", "size=64k"]),
    ]

    private static let initMount = Mount(
        destination: initPath, type: "bind", source: "/usr/bin/catatonit", options: ["bind", "ro", "nosuid", "nodev"])

    private static func controlGroupMount(isWritable: Bool) -> Mount {
        Mount(
            destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
            options: ["nosuid", "noexec", "nodev", "relatime"] + (isWritable ? [] : ["ro"]))
    }

    private static func tmpfs(_ path: String, _ options: [String]) -> Mount {
        Mount(destination: path, type: "tmpfs", source: "tmpfs", options: options)
    }

    // as podman 4.3 has them
    private static let maskedPaths = [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/fs/selinux", "/sys/dev/block",
        "/sys/devices/virtual/powercap",
    ]

    private static let readonlyPaths = [
        "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
    ]
}

extension Resources {
    /// The limits of a machine. What has no limit is said too, so that an update can lift one. Rules for devices are not
    /// changed while it runs.
    init(_ spec: MachineSpec, _ options: ContainerOptions, allowing devices: [Device]? = nil) {
        self.devices = devices
        memory = Memory(limit: spec.memory?.bytes ?? -1, swap: options.swap.total(beside: spec.memory))
        cpu = Processors(quota: spec.cpus.map { Int64($0) * 100_000 } ?? options.runtime.unlimitedQuota)
        pids = Processes(limit: options.processLimit)
    }
}
