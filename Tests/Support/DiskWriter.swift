/// A program without an operating system: a boot sector that writes over its disk from the beginning to the end, so that a disk that
/// grows as it is written grows to its whole size, and then stands still.
package enum DiskWriter {
    /// The first block of a disk of a size.
    package static func bootSector(mebibytes: UInt32) -> [UInt8] {
        // what follows the code, by its address once the firmware has loaded it
        let drive = word(origin + codeSize)
        let packet = word(origin + codeSize + 2)
        let place = word(origin + codeSize + 10)
        let code: [[UInt8]] = [
            [0xFA, 0x31, 0xC0, 0x8E, 0xD8, 0x8E, 0xC0, 0x8E, 0xD0],  // cli; ds = es = ss = 0
            [0xBC] + word(origin) + [0xFB, 0x88, 0x16] + drive,  // sp; sti; remember the drive
            [0xB8, 0x00, 0x43, 0x8A, 0x16] + drive + [0xBE] + packet + [0xCD, 0x13],  // write: int 13h, ah = 43h
            [0x72, 0xF2],  // until it succeeds
            [0x66, 0x81, 0x06] + place + double(step),  // the next ones
            [0x66, 0x81, 0x3E] + place + double(mebibytes << 11),  // up to the last
            [0x72, 0xDE],
            [0xF4, 0xEB, 0xFD],  // hlt, for ever
        ]
        let data: [[UInt8]] = [
            [0, 0],  // the drive
            // how much from where to where: the firmware itself, as nothing grows for zeros; behind this sector
            [0x10, 0x00, 0x7F, 0x00, 0x00, 0x00, 0x00, 0xF0] + double(step) + double(0),
        ]
        let program = (code + data).flatMap(\.self)
        return program + [UInt8](repeating: 0, count: 510 - program.count) + [0x55, 0xAA]
    }

    /// Where the firmware loads it.
    private static let origin: UInt16 = 0x7C00
    private static let codeSize: UInt16 = 54
    /// How many blocks it goes forward each time. The firmware writes one less at most.
    private static let step: UInt32 = 128

    private static func word(_ value: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)] }

    private static func double(_ value: UInt32) -> [UInt8] {
        word(UInt16(truncatingIfNeeded: value)) + word(UInt16(value >> 16))
    }
}
