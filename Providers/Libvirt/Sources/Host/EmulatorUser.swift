import Glibc

/// The user whom the system's libvirt daemon runs QEMU as, unless its configuration names another.
struct EmulatorUser: Hashable, Sendable {
    /// Its name.
    let name: String
    private let user: uid_t
    private let groups: [gid_t]

    /// The one of this host: Debian's, then Fedora's; nil where QEMU runs as root, or as somebody unknown.
    static func find() -> EmulatorUser? { ["libvirt-qemu", "qemu"].lazy.compactMap(EmulatorUser.init(name:)).first }

    private init?(name: String) {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var strings = [CChar](repeating: 0, count: 16 << 10)
        guard unsafe getpwnam_r(name, &entry, &strings, strings.count, &found) == 0, unsafe found != nil else {
            return nil
        }
        var groups = [gid_t](repeating: 0, count: 256)
        var count = Int32(groups.count)
        guard unsafe getgrouplist(name, entry.pw_gid, &groups, &count) >= 0 else { return nil }
        self.init(name: name, user: unsafe entry.pw_uid, groups: Array(groups.prefix(Int(count))))
    }

    /// Describes a user.
    init(name: String, user: UInt32, groups: [UInt32]) {
        self.name = name
        self.user = user
        self.groups = groups
    }

    /// Whether it may read and write what belongs to somebody with a mode; access control lists are not looked at.
    func mayUse(owner: UInt32, group: UInt32, mode: UInt32) -> Bool {
        let bits = user == owner ? mode >> 6 : groups.contains(group) ? mode >> 3 : mode
        return bits & 0o6 == 0o6
    }

    /// Whether it may open a device; true where there is none to open.
    func mayOpen(_ device: String) -> Bool {
        var status = stat()
        guard unsafe stat(device, &status) == 0 else { return true }
        return mayUse(owner: status.st_uid, group: status.st_gid, mode: status.st_mode)
    }
}
