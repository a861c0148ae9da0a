import DevenvCrypto
import DevenvHost
import Glibc
import SystemPackage

/// Where a tree is made before it becomes an archive: thousands of small files, written once and thrown away.
enum Scratch {
    /// Much more than a tree of a few hundred packages takes.
    private static let plenty: UInt64 = 3 << 30

    /// ST_NODEV and ST_NOEXEC of statvfs(3), which glibc declares for GNU sources only.
    private static let forbidding: UInt = 4 | 8

    /// Memory, where there is plenty (a build takes 23 s instead of 31 s), otherwise the disk of the store, or, for others
    /// than root, /var/tmp: what they start as another user could not pass through their home. A directory that does not
    /// exist yet.
    static func directory(in staging: FilePath, _ namespace: OwnerNamespace) -> FilePath {
        let name = "devenv-build-\(SecureRandom.hexadecimal(digits: 16))"
        if hasRoom("/dev/shm") { return FilePath("/dev/shm").appending(name) }
        return namespace == .root ? staging.appending("scratch") : FilePath("/var/tmp").appending(name)
    }

    private static func hasRoom(_ path: FilePath) -> Bool {
        var status = statvfs()
        guard statvfs(path.string, &status) == 0 else { return false }
        guard status.f_flag & forbidding == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) > plenty && availableMemory() > plenty + plenty / 3
    }

    private static func availableMemory() -> UInt64 {
        let text = String(decoding: (try? HostFiles.read("/proc/meminfo")) ?? [], as: UTF8.self)  // unknown means none
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        return line.flatMap { UInt64($0.filter(\.isNumber)) }.map { $0 << 10 } ?? 0
    }
}
