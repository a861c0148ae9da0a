package import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

/// A box's disk image as machines' disks are laid over it: one volume for each digest, however many machines there are.
package struct BaseImage: Hashable, Sendable {
    /// The file in the box store.
    package let file: FilePath
    /// The volume.
    package let volume: String
    /// How much a machine sees.
    package let capacity: ByteCount

    /// Looks at a box; throws where it is no image that stands for itself.
    package init(_ box: BoxImage) throws(ProviderError) {
        guard box.format == .qcow2, box.layers.count == 1, let file = box.layers.first else {
            throw .unsupported(
                "libvirt can't start from the box '\(box.name)', which is no disk image (\(box.format))",
                help: "use a box of the format qcow2")
        }
        let header = try DiskImageHeader.read(file)
        guard !header.needsOtherFiles else {
            throw .invalidRequest("the box '\(box.name)' refers to other files, which it must not: '\(file)'")
        }
        self.init(file: file, digest: box.digest, capacity: header.capacity)
    }

    init(file: FilePath, digest: String, capacity: ByteCount) {
        self.file = file
        volume = Self.prefix + (digest.split(separator: ":").last.map(String.init) ?? digest) + ".qcow2"
        self.capacity = capacity
    }

    /// Whether a volume of this name is a base, of whatever box.
    static func isBase(_ volume: String) -> Bool { volume.hasPrefix(prefix) }

    private static let prefix = "devenv-base-"
}
