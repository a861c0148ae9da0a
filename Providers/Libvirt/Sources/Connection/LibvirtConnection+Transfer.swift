import CLibvirt
import Glibc
package import SystemPackage

/// The content of volumes, over the connection. Other calls have their turn in between.
extension LibvirtConnection {
    /// Writes a file's first `length` bytes into a volume; holes of the file stay holes where the daemon can do that.
    /// `progress` is told how many bytes are done. A transfer that fails or is cancelled leaves the volume with part of
    /// it.
    package func upload(
        from file: FileDescriptor, length: Int64, to volume: String, in pool: String,
        progress: @Sendable (Int64) -> Void = { _ in }
    ) async throws(LibvirtError) {
        throw .unusable("transfers are not there yet")
    }

    /// Writes a volume's first `length` bytes, all where it is nil, into a file, with holes where the volume has them.
    package func download(
        _ volume: String, in pool: String, length: Int64? = nil, to file: FileDescriptor,
        progress: @Sendable (Int64) -> Void = { _ in }
    ) async throws(LibvirtError) {
        throw .unusable("transfers are not there yet")
    }
}
