package import DevenvHost
package import SystemPackage

/// The storage pool that machines' volumes are in.
package struct StoragePool: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Where it is made when it is missing; nil for a pool that somebody else made and that devenv leaves as it is.
    package let directory: FilePath?

    /// A pool of devenv's own: made with its first volume, removed with its last.
    package static func own(_ name: String = "devenv", in directory: FilePath) -> StoragePool {
        StoragePool(name: name, directory: directory)
    }

    /// A pool that exists.
    package static func existing(_ name: String) -> StoragePool { StoragePool(name: name, directory: nil) }

    /// devenv's own pool of a daemon: beside the other images of the host's, or with the user's data.
    package static func standard(_ scope: HostAbilities.Scope, _ directories: HostDirectories) -> StoragePool {
        switch scope {
        case .system: .own(in: "/var/lib/libvirt/images/devenv")
        case .session: .own(in: directories.data.appending("libvirt").appending("images"))
        }
    }
}
