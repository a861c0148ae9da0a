import DevenvModel

/// What lies where on a disk image: it starts by BIOS and by UEFI, and its root comes last, so that it can grow.
struct DiskLayout: Hashable, Sendable {
    /// A part of the disk, in sectors.
    struct Partition: Hashable, Sendable {
        let start: Int64
        let count: Int64

        /// Where it begins, in bytes.
        var offset: Int64 { start * DiskLayout.sector }
        /// Its size, in bytes.
        var bytes: Int64 { count * DiskLayout.sector }
    }

    static let sector: Int64 = 512
    /// Partitions begin at whole mebibytes, as all tools have it today.
    private static let alignment: Int64 = 2048

    /// Where GRUB's second stage lies for a BIOS, which knows nothing of file systems.
    let core = Partition(start: alignment, count: alignment)
    /// The EFI system partition.
    let system = Partition(start: 2 * alignment, count: 16 * alignment)
    /// The root file system.
    let root: Partition
    /// The whole disk, in bytes.
    let size: Int64

    /// Lays out a disk of a size, of which a part of a mebibyte is left out.
    init(size: ByteCount) {
        let sectors = size.bytes / Self.sector / Self.alignment * Self.alignment
        self.size = sectors * Self.sector
        // the second copy of the table takes the last sectors
        root = Partition(start: 18 * Self.alignment, count: sectors - 19 * Self.alignment)
    }

    /// How large a disk must be for files of so many blocks of 4 KiB: beside them there are the other partitions, the journal,
    /// the tables of inodes and a reserve, about a tenth in all.
    func needed(blocks: Int64) -> Int64 {
        let step: Int64 = 128 << 20
        let whole = blocks * 4096 / 100 * 108 + (48 << 20)
        return (whole + step - 1) / step * step
    }

    /// The table, as sfdisk(8) reads it.
    func table(_ identity: DiskIdentity) -> String {
        let types = [
            (core, "21686148-6449-6E6F-744E-656564454649", "bios"),
            (system, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "efi"),
            (root, "0FC63DAF-8483-4772-8E79-3D69D8477DE4", "root"),
        ]
        let lines = types.enumerated().map { index, entry in
            let (partition, type, name) = entry
            return "start=\(partition.start), size=\(partition.count), type=\(type), "
                + "uuid=\(identity.partition(index + 1)), name=\"\(name)\""
        }
        return (["label: gpt", "label-id: \(identity.table)"] + lines).map { $0 + "\n" }.joined()
    }
}
