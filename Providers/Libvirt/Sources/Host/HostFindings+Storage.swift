import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

// Where machines' disks lie.
extension HostFindings {
    /// The name of devenv's pool.
    private static let pool = "devenv"
    /// What a machine with a system of usual size takes.
    private static let enough = ByteCount(bytes: 4 << 30)

    func storageFindings(_ connection: LibvirtConnection, _ uri: LibvirtURI) async throws(LibvirtError) -> [Finding] {
        guard uri.driver == "qemu" else { return [] }
        if let pool = try await connection.pool(Self.pool), pool.isActive {
            return [Self.spaceFinding(ByteCount(bytes: pool.available), pool.path ?? pool.name)]
        }
        guard uri.isLocal else { return [] }
        let directory: FilePath = uri.scope == .system ? "/var/lib/libvirt/images" : directories.data
        return Self.space(directory).map { [Self.spaceFinding($0, directory.string)] } ?? []
    }

    static func spaceFinding(_ free: ByteCount, _ place: String) -> Finding {
        free < enough
            ? Finding(.warning, "machines' disks have only \(free) left in '\(place)'", cure: "free some space there")
            : Finding(.fine, "machines' disks have \(free) left in '\(place)'")
    }

    /// What is free for us in a directory, or in the one that it would be made in; nil where nobody knows.
    private static func space(_ directory: FilePath) -> ByteCount? {
        var status = statvfs()
        var place = directory
        while unsafe statvfs(place.string, &status) != 0 {
            guard errno == ENOENT, place.removeLastComponent() else { return nil }
        }
        return ByteCount(bytes: Int64(status.f_bavail) * Int64(status.f_frsize))
    }
}
