package import DevenvModel
package import SystemPackage

/// A snapshot as libvirt is told to take it.
package struct SnapshotDescription: Hashable, Sendable {
    /// Where one part of a machine's state is put.
    package enum Place: Hashable, Sendable {
        /// Nowhere.
        case left
        /// Inside the machine's own image.
        case `internal`
        /// In a file of its own: for a disk the new image that is written from now on.
        case file(FilePath)
    }

    /// Its name.
    package let name: SnapshotName
    /// Where the memory goes; `.left` for a machine that does not run.
    package let memory: Place
    /// Where each disk's state goes, by the disk's target: `vda`.
    package let disks: [Disk]

    /// One disk's part.
    package struct Disk: Hashable, Sendable {
        /// The disk's target.
        package let target: String
        /// Where its state goes.
        package let place: Place

        /// Names a disk and a place.
        package init(_ target: String, _ place: Place) {
            self.target = target
            self.place = place
        }
    }

    /// Describes a snapshot.
    package init(_ name: SnapshotName, memory: Place, disks: [Disk]) {
        self.name = name
        self.memory = memory
        self.disks = disks
    }

    /// The `<domainsnapshot>` element.
    package var xml: XMLElement {
        XMLElement(
            "domainsnapshot", [:],
            [
                XMLElement("name", text: name.rawValue),
                memoryElement,
                disks.isEmpty ? nil : XMLElement("disks", [:], disks.map(\.xml)),
            ])
    }

    private var memoryElement: XMLElement {
        switch memory {
        case .left: XMLElement("memory", ["snapshot": "no"])
        case .internal: XMLElement("memory", ["snapshot": "internal"])
        case .file(let path): XMLElement("memory", ["snapshot": "external", "file": path.string])
        }
    }
}

extension SnapshotDescription.Disk {
    fileprivate var xml: XMLElement {
        switch place {
        case .left: XMLElement("disk", ["name": target, "snapshot": "no"])
        case .internal: XMLElement("disk", ["name": target, "snapshot": "internal"])
        case .file(let path):
            XMLElement(
                "disk", ["name": target, "snapshot": "external", "type": "file"],
                [XMLElement("driver", ["type": "qcow2"]), XMLElement("source", ["file": path.string])])
        }
    }
}
