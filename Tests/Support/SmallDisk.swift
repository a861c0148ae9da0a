import Glibc
package import SystemPackage

/// A file system in memory with little room, for tests that fill it. Only root may make one.
package enum SmallDisk {
    /// Runs the body with one of a size, such as `4m`, mounted on a directory that is there.
    package static func with<Value>(
        at path: FilePath, size: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        guard mount("tmpfs", path.string, "tmpfs", 0, "size=\(size)") == 0 else { throw Errno(rawValue: errno) }
        defer { umount2(path.string, Int32(MNT_DETACH)) }
        return try await body()
    }
}
