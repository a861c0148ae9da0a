import Glibc

/// The libvirt daemon of this system, as far as its socket tells: whether it answers is tried without a word of its
/// protocol, in less than a millisecond.
package enum SystemDaemon: Hashable, Sendable {
    /// It listens and the user may use it.
    case usable
    /// It listens, for others.
    case forbidden
    /// Nobody listens.
    case absent(isRoot: Bool)

    /// The sockets of the daemon that does everything, and of the one for QEMU alone.
    private static let sockets = ["/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock"]

    /// Looks at this host. With systemd, connecting starts a daemon that has gone to sleep.
    package static func look() -> SystemDaemon { look(sockets: sockets, user: geteuid()) }

    static func look(sockets: [String], user: UInt32) -> SystemDaemon {
        var isForbidden = false
        for socket in sockets {
            switch connect(to: socket) {
            case 0, EAGAIN:  // many others are connecting
                if user == 0 || admitsGroup(socket) { return .usable }
                isForbidden = true
            case EACCES, EPERM: isForbidden = true
            default: continue
            }
        }
        return isForbidden ? .forbidden : .absent(isRoot: user == 0)
    }

    /// 0, or the error number.
    private static func connect(to path: String) -> Int32 {
        let socket = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard socket >= 0 else { return errno }
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { return ENAMETOOLONG }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(socket, $0, size) == 0 ? 0 : errno
            }
        }
    }

    /// Whether the daemon lets one of the user's groups in. A socket that not everybody may connect to says so itself;
    /// otherwise policykit is asked, which lets the group 'libvirt' in, and can't be asked where no system bus runs.
    private static func admitsGroup(_ socket: String) -> Bool {
        var status = stat()
        guard unsafe stat(socket, &status) == 0 else { return false }
        guard status.st_mode & 0o002 != 0 else { return groups.contains(status.st_gid) }
        return hasPolicyKit && isMember(ofGroup: "libvirt")
    }

    /// Whether policykit may be there.
    static var hasPolicyKit: Bool { unsafe access("/run/dbus/system_bus_socket", F_OK) == 0 }

    private static func isMember(ofGroup name: String) -> Bool {
        var entry = unsafe group()
        var found: UnsafeMutablePointer<group>?
        var strings = [CChar](repeating: 0, count: 64 << 10)
        guard unsafe getgrnam_r(name, &entry, &strings, strings.count, &found) == 0, unsafe found != nil else {
            return false
        }
        return groups.contains(unsafe entry.gr_gid)
    }

    private static var groups: [gid_t] {
        var groups = [gid_t](repeating: 0, count: 256)
        let count = unsafe getgroups(Int32(groups.count), &groups)
        return [getegid()] + groups.prefix(Int(max(count, 0)))
    }
}
