package import SystemPackage

/// A directory of volumes as libvirt is told about it.
package struct PoolDescription: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// The directory.
    package let directory: FilePath

    /// Describes a pool.
    package init(name: String, directory: FilePath) {
        self.name = name
        self.directory = directory
    }

    /// The `<pool>` element. QEMU runs as a user of its own and must pass through the directory; nobody needs to list it.
    package var xml: XMLElement {
        XMLElement(
            "pool", ["type": "dir"],
            [
                XMLElement("name", text: name),
                XMLElement(
                    "target", [:],
                    [
                        XMLElement("path", text: directory.string),
                        XMLElement("permissions", [:], [XMLElement("mode", text: VolumeDescription.octal(0o711))]),
                    ]),
            ])
    }
}
