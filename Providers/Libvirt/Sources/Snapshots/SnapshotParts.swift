package import DevenvPluginAPI
package import SystemPackage

/// What of a machine's disks a snapshot of it must hold, from libvirt's description of the machine.
package struct SnapshotParts: Hashable, Sendable {
    /// Images that hold snapshots within themselves.
    package let images: [FilePath]
    /// Files that can't, and are copied: sectors as they are.
    package let files: [FilePath]
    /// The variables of the firmware, which is a file that is copied while the machine is off; nil without such firmware. The
    /// memory of a machine that runs has them.
    package let variables: FilePath?
    /// Each drive as libvirt is told about it.
    package let drives: [SnapshotDescription.Disk]
    /// Whether the machine is started by UEFI.
    package let usesUEFI: Bool

    /// Whether libvirt's own snapshots hold it all. It refuses those of a running machine with UEFI, and forgets the
    /// variables of one that is off.
    package var suitsLibvirt: Bool { files.isEmpty && !usesUEFI && !images.isEmpty }

    /// Reads a description; throws where a disk is nothing that a snapshot can hold. Before 9.2 libvirt doesn't say where the
    /// variables of a machine that is off are: they are then in `variablesDirectory` under the machine's name.
    package init(domain: XMLElement, variablesDirectory: FilePath) throws(ProviderError) {
        var (images, files): ([FilePath], [FilePath]) = ([], [])
        var drives: [SnapshotDescription.Disk] = []
        for disk in domain["devices"]?.children(named: "disk") ?? [] {
            let target = disk["target"]?[attribute: "dev"] ?? "?"
            guard Self.isWritten(disk) else {
                drives.append(SnapshotDescription.Disk(target, .left))
                continue
            }
            guard disk[attribute: "type"] == "file", let file = disk["source"]?[attribute: "file"] else {
                throw .unsupported(
                    "the disk '\(target)' is no file, and can't be in a snapshot",
                    help: "say that it is left out, by the attribute snapshot='no' of its <disk>")
            }
            drives.append(SnapshotDescription.Disk(target, .internal))
            let isImage = disk["driver"]?[attribute: "type"] == "qcow2"
            if isImage { images.append(FilePath(file)) } else { files.append(FilePath(file)) }
        }
        (self.images, self.files, self.drives) = (images, files, drives)
        let named = domain["os", "nvram"].flatMap { $0["source"]?[attribute: "file"] ?? Self.trimmed($0.text) }
        usesUEFI =
            named != nil || domain["os"]?[attribute: "firmware"] == "efi"
            || domain["os", "loader"]?[attribute: "type"] == "pflash"
        let usual = domain["name"].map { variablesDirectory.appending($0.text + "_VARS.fd") }
        variables = usesUEFI ? named.map { FilePath($0) } ?? usual : nil
    }

    /// Whether a drive's content changes and belongs to the machine.
    private static func isWritten(_ disk: XMLElement) -> Bool {
        let device = disk[attribute: "device"] ?? "disk"
        guard device == "disk" || device == "lun" else { return false }
        return disk["readonly"] == nil && disk["transient"] == nil && disk[attribute: "snapshot"] != "no"
    }

    private static func trimmed(_ text: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace)
        return words.count == 1 ? String(words[0]) : nil
    }
}
