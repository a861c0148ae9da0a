package import DevenvModel
package import SystemPackage

/// A volume as a pool is told to make it.
package struct VolumeDescription: Hashable, Sendable {
    /// What is in it.
    package enum Format: String, Sendable {
        /// A QEMU copy-on-write image.
        case qcow2
        /// Sectors.
        case raw
    }

    /// Its name in the pool, which is the name of its file.
    package let name: String
    /// How much the machine sees.
    package let capacity: ByteCount
    /// What is in it.
    package let format: Format
    /// The image whose sectors show through where it has none of its own; always qcow2.
    package let base: FilePath?
    /// The mode of its file.
    package let mode: UInt16

    /// A disk that starts as a copy of an image and holds the differences.
    package static func overlay(_ name: String, of base: FilePath, capacity: ByteCount) -> VolumeDescription {
        VolumeDescription(name: name, capacity: capacity, format: .qcow2, base: base, mode: 0o600)
    }

    /// An empty disk.
    package static func blank(_ name: String, capacity: ByteCount) -> VolumeDescription {
        VolumeDescription(name: name, capacity: capacity, format: .qcow2, base: nil, mode: 0o600)
    }

    /// An image that overlays show; nobody may write to it once it is filled.
    package static func base(_ name: String, capacity: ByteCount) -> VolumeDescription {
        VolumeDescription(name: name, capacity: capacity, format: .qcow2, base: nil, mode: 0o444)
    }

    /// A small disk that is filled with bytes as they are, such as a seed; it holds keys.
    package static func raw(_ name: String, length: ByteCount) -> VolumeDescription {
        VolumeDescription(name: name, capacity: length, format: .raw, base: nil, mode: 0o600)
    }

    /// The `<volume>` element.
    package var xml: XMLElement {
        XMLElement(
            "volume", ["type": "file"],
            [
                XMLElement("name", text: name),
                XMLElement("capacity", ["unit": "bytes"], text: "\(capacity.bytes)"),
                // blocks are allocated when they are written
                XMLElement("allocation", ["unit": "bytes"], text: "0"),
                target, backing,
            ])
    }

    private var target: XMLElement {
        XMLElement(
            "target", [:],
            [
                XMLElement("format", ["type": format.rawValue]),
                XMLElement("permissions", [:], [XMLElement("mode", text: Self.octal(mode))]),
                // without it libvirt writes the format of 2008
                format == .qcow2 ? XMLElement("compat", text: "1.1") : nil,
            ])
    }

    private var backing: XMLElement? {
        base.map { base in
            XMLElement(
                "backingStore", [:],
                [XMLElement("path", text: base.string), XMLElement("format", ["type": Format.qcow2.rawValue])])
        }
    }

    /// As libvirt reads modes: `0600`.
    static func octal(_ mode: UInt16) -> String { "0" + String(mode, radix: 8) }
}
