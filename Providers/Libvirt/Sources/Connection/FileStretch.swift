import Glibc
import SystemPackage

/// A part of a file that is either all data or a hole.
struct FileStretch: Equatable {
    /// Whether nothing is stored there, and zeros are read.
    let isHole: Bool
    /// Where it ends.
    let end: Int64

    // lseek(2); Glibc's module shows them only to those who ask for GNU extensions
    private static let (seekData, seekHole): (Int32, Int32) = (3, 4)

    /// The stretch of a file that begins at an offset, seen no further than to a limit. Where the file system can't
    /// tell holes, all is data. Moves the file's own offset.
    init(in file: FileDescriptor, from offset: Int64, to limit: Int64) {
        let data = lseek(file.rawValue, off_t(offset), Self.seekData)
        if data > offset || (data < 0 && errno == ENXIO) {
            self.init(isHole: true, end: data < 0 ? limit : min(Int64(data), limit))
            return
        }
        let hole = data < 0 ? data : lseek(file.rawValue, off_t(offset), Self.seekHole)
        self.init(isHole: false, end: hole < 0 ? limit : min(Int64(hole), limit))
    }

    init(isHole: Bool, end: Int64) {
        self.isHole = isHole
        self.end = end
    }
}
