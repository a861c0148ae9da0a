package import SystemPackage

/// One drive of a machine.
package struct DiskDescription: Hashable, Sendable {
    /// What it is for.
    package enum Role: Hashable, Sendable {
        /// A disk that is written to, over the images of `bases`.
        case disk(cache: DiskCache, discards: Bool)
        /// A disk that is only read, sector by sector as the file has them.
        case seed
        /// A CD-ROM drive.
        case disc
    }

    /// The file.
    package let file: FilePath
    /// What it is for.
    package let role: Role
    /// The images below it, the nearest first.
    package var bases: [FilePath] = []
    /// How it is attached.
    package var bus: DiskBus
    /// Its name in libvirt: `vda`.
    package var target: String
    /// The serial number that the guest sees.
    package var serial: String?
    /// Its place among what the machine is started from, from 1.
    package var bootOrder: Int?
    /// Whether libvirt must leave the owner of the bases as it is: they belong to several machines.
    package var keepsBaseOwner = false

    /// The `<disk>` element. The format of every image is named, so that nothing that a guest writes into its disk can pass
    /// for the header of another format.
    package var xml: XMLElement {
        XMLElement(
            "disk", ["type": "file", "device": role == .disc ? "cdrom" : "disk"],
            [
                driver,
                XMLElement("source", ["file": file.string]),
                isWritten ? backing(bases[...]) : nil,
                XMLElement("target", ["dev": target, "bus": bus.rawValue]),
                isWritten ? nil : XMLElement("readonly"),
                serial.map { XMLElement("serial", text: $0) },
                bootOrder.map { XMLElement("boot", ["order": "\($0)"]) },
            ])
    }

    private var isWritten: Bool {
        if case .disk = role { return true }
        return false
    }

    private var driver: XMLElement {
        guard case .disk(let cache, let discards) = role else {
            return XMLElement("driver", ["name": "qemu", "type": "raw"])
        }
        return XMLElement(
            "driver",
            [
                "name": "qemu", "type": "qcow2", "cache": cache.rawValue, "discard": discards ? "unmap" : "ignore",
            ])
    }

    private func backing(_ rest: ArraySlice<FilePath>) -> XMLElement {
        guard let base = rest.first else { return XMLElement("backingStore") }
        let label = keepsBaseOwner ? XMLElement("seclabel", ["model": "dac", "relabel": "no"]) : nil
        return XMLElement(
            "backingStore", ["type": "file"],
            [
                XMLElement("format", ["type": "qcow2"]),
                XMLElement("source", ["file": base.string], [label]),
                backing(rest.dropFirst()),
            ])
    }
}
