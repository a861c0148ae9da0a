import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// A device of this host that a machine may use.
///
/// The machine gets a node of its own beside its disk: the host's belongs to the host's root, who is nobody inside. An ordinary
/// user, who makes no nodes, gives it the host's, with the rights that these give.
struct HostDevice: Hashable, Sendable {
    /// Its path, on the host as in the machine.
    let path: String
    /// The node that the machine sees.
    let node: FilePath
    /// Whether it is one of blocks; otherwise it is one of characters.
    let isBlocks: Bool
    /// Its numbers, makedev(3).
    let number: dev_t

    /// What containers inside a machine take where the host has them: /dev/fuse for overlays without the kernel's, /dev/net/tun for
    /// networks of users.
    private static let nesting = ["/dev/fuse", "/dev/net/tun"]

    /// The mount that shows it in the machine.
    var mount: RuntimeConfig.Mount {
        .init(destination: path, type: "bind", source: node.string, options: ["bind", "nosuid", "noexec"])
    }

    /// The rule that allows it, OCI Runtime Specification, `linux.resources.devices`.
    var rule: Resources.Device {
        // gnu_dev_major(3) and gnu_dev_minor(3), which are macros
        let major = (number >> 8) & 0xFFF | (number >> 32) & ~0xFFF
        let minor = number & 0xFF | (number >> 12) & ~0xFF
        return .init(allow: true, type: isBlocks ? "b" : "c", major: Int64(major), minor: Int64(minor))
    }

    /// The paths of everything that a machine's options give it.
    static func paths(_ options: ContainerOptions) -> [String] {
        let wanted = options.devices
        let usual = options.isNesting ? nesting.filter { isUsual($0) && !wanted.contains($0) } : []
        return wanted + usual
    }

    /// Whether the host has a device that nobody asked for by name, for this user's machines.
    private static func isUsual(_ path: String) -> Bool {
        guard UserRealm.current != nil else { return HostFiles.exists(FilePath(path)) }
        return (try? borrow(path)) != nil  // one that can't be had is not missed
    }

    /// Makes the nodes of devices, numbered in their order, in place of those of the machine's last start. Throws
    /// `.invalidRequest` where the host has no such device.
    static func provide(_ paths: [String], at place: MachinePlace, owner: UInt32)
        throws(ProviderError) -> [HostDevice]
    {
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(place.devices) }
        guard UserRealm.current == nil else { return try paths.map(borrow) }
        guard !paths.isEmpty else { return [] }
        try ProviderError.translate { () throws(HostError) in
            try HostFiles.makeDirectory(place.devices, mode: .ownerReadWriteExecute)
        }
        var devices: [HostDevice] = []
        for path in paths where !devices.contains(where: { $0.path == path }) {
            let node = place.devices.appending(String(devices.count))
            devices.append(try make(path, at: node, owner: owner))
        }
        return devices
    }

    /// What the host has at a path.
    private static func find(_ path: String) throws(ProviderError) -> stat {
        var status = stat()
        guard stat(path, &status) == 0, [S_IFCHR, S_IFBLK].contains(status.st_mode & S_IFMT) else {
            throw .invalidRequest(
                "there is no device '\(path)' on this host",
                help: "load the module of the kernel that makes it, or take it out of 'devices'")
        }
        return status
    }

    /// The host's own node. Who may open it by a group may not do so in a machine, where the host's groups don't count.
    private static func borrow(_ path: String) throws(ProviderError) -> HostDevice {
        let status = try find(path)
        let isOpen = status.st_mode & 0o006 == 0o006
        // in a realm the user is root
        guard isOpen || status.st_uid == 0 && status.st_mode & 0o600 == 0o600 else {
            throw .notPermitted(
                "machines of yours can't open the device '\(path)': it is not open to everybody, and groups of yours don't"
                    + " count in them", help: "sudo chmod 666 \(path)")
        }
        return HostDevice(
            path: path, node: FilePath(path), isBlocks: status.st_mode & S_IFMT == S_IFBLK, number: status.st_rdev)
    }

    private static func make(_ path: String, at node: FilePath, owner: UInt32) throws(ProviderError) -> HostDevice {
        let status = try find(path)
        try ProviderError.translate { () throws(HostError) in
            try SystemCall.check("making the device", node) {
                mknod(node.string, status.st_mode & S_IFMT | 0o600, status.st_rdev)
            }
            try SystemCall.check("giving away", node) { lchown(node.string, owner, owner) }
            // whatever the umask: everybody in the machine may use what it is given
            try SystemCall.check("opening", node) { chmod(node.string, 0o666) }
        }
        return HostDevice(
            path: path, node: node, isBlocks: status.st_mode & S_IFMT == S_IFBLK, number: status.st_rdev)
    }
}
