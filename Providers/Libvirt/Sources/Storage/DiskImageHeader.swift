import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

/// What the first bytes of a qcow2 file say (QEMU, docs/interop/qcow2.txt).
package struct DiskImageHeader: Hashable, Sendable {
    /// How much a machine sees.
    package let capacity: ByteCount
    /// Whether it shows other files: an image below it, or one that holds its data. Such a file stands for more than itself.
    package let needsOtherFiles: Bool

    /// Reads the bytes; nil where they are no such header.
    package init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes.prefix(104))
        guard bytes.count >= 72, bytes.starts(with: [0x51, 0x46, 0x49, 0xFB]) else { return nil }
        let version = Self.number(bytes[4..<8])
        let incompatible = version >= 3 && bytes.count >= 80 ? Self.number(bytes[72..<80]) : 0
        guard version == 2 || version == 3, let capacity = Int64(exactly: Self.number(bytes[24..<32])) else {
            return nil
        }
        self.capacity = ByteCount(bytes: capacity)
        needsOtherFiles = Self.number(bytes[8..<16]) != 0 || incompatible & Self.externalData != 0
    }

    /// Reads a file of this host.
    package static func read(_ path: FilePath) throws(ProviderError) -> DiskImageHeader {
        let bytes = try ProviderError.translate { () throws(HostError) in
            try HostError.wrap("reading the disk image", path) {
                let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
                return try file.closeAfter {
                    var bytes = [UInt8](repeating: 0, count: 104)
                    let count = unsafe try bytes.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
                    return bytes.prefix(count)
                }
            }
        }
        guard let header = DiskImageHeader(bytes) else {
            throw .invalidRequest(
                "the file '\(path)' is no qcow2 disk image", help: "add the box again: 'devenv box add'")
        }
        return header
    }

    /// The bit of the incompatible features that says that the data is in a file of its own.
    private static let externalData: UInt64 = 1 << 2

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
