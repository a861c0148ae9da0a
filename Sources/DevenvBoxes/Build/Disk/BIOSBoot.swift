/// What a BIOS starts: GRUB's first sector, which loads its second stage from a fixed place. This is the part of
/// grub-install that needs no device.
enum BIOSBoot {
    /// The first sector's code; what follows it is the partition table's.
    static let codeLength = 440

    /// Offsets in boot.img and in the first sector of the second stage (GRUB's include/grub/i386/pc/boot.h): the sector to
    /// load, the check for floppy disks, and the sector that the rest begins at.
    private static let coreSector = 0x5C
    private static let driveCheck = 0x66
    private static let restSector = 0x1F4

    /// GRUB's boot.img for a second stage at a sector; nil for what is no boot.img.
    static func code(_ image: [UInt8], coreAt sector: Int64) -> [UInt8]? {
        guard image.count == 512 else { return nil }
        var code = Array(image.prefix(codeLength))
        replace(&code, coreSector, with: sector)
        // Some BIOSes don't tell which drive they started from; without the jump, GRUB takes the first hard disk.
        code[driveCheck] = 0x90
        code[driveCheck + 1] = 0x90
        return code
    }

    /// The second stage as it must lie on the disk from a sector on; nil for what is none.
    static func core(_ image: [UInt8], at sector: Int64) -> [UInt8]? {
        guard image.count > 512 else { return nil }
        var core = image
        replace(&core, restSector, with: sector + 1)
        return core
    }

    private static func replace(_ bytes: inout [UInt8], _ offset: Int, with value: Int64) {
        for index in 0..<8 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
}
