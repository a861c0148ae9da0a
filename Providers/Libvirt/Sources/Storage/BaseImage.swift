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

    /// Looks at the image of one of a box's disks, counted from 0; throws where it is none that stands for itself.
    package init(_ box: BoxImage, disk index: Int = 0) throws(ProviderError) {
        guard box.format == .qcow2, box.layers.indices.contains(index) else {
            throw .unsupported(
                "libvirt can't start from the box '\(box.name)', which is no disk image (\(box.format))",
                help: "use a box of the format qcow2")
        }
        let file = box.layers[index]
        let header = try DiskImageHeader.read(file)
        guard !header.needsOtherFiles else {
            throw .invalidRequest("the box '\(box.name)' refers to other files, which it must not: '\(file)'")
        }
        self.init(
            file: file, digest: index == 0 ? box.digest : "\(box.digest)-\(index + 1)", capacity: header.capacity)
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
