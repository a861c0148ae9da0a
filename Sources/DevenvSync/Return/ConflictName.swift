import DevenvModel
import Glibc
import SystemPackage

/// What the machine's version of a file that both sides have changed is called: `NAME.conflict-MACHINE-DATE`, the date being that
/// of its last change, so that doing it again gives the same name.
enum ConflictName {
    /// How long a name may be, in bytes (`NAME_MAX`).
    private static let longest = 255

    /// The path, with a number behind it from the second on.
    static func make(_ path: FilePath, _ machine: MachineName, _ seconds: Int64, number: Int = 1) -> FilePath {
        let suffix = ".conflict-\(machine)-\(date(seconds))" + (number > 1 ? "-\(number)" : "")
        let name = path.lastComponent?.terminated.dropLast().map { UInt8(bitPattern: $0) } ?? []
        let folder = path.removingLastComponent().bytes
        let prefix = folder.isEmpty ? [] : folder + [UInt8(ascii: "/")]
        return FilePath(bytes: prefix + name.prefix(longest - suffix.utf8.count) + Array(suffix.utf8))
    }

    /// `20261123T161300Z`, from seconds since 1970.
    private static func date(_ seconds: Int64) -> String {
        var moment = time_t(seconds)
        var parts = tm()
        gmtime_r(&moment, &parts)
        let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
        let time = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(Int.init)
        return date.map(padded).joined() + "T" + time.map(padded).joined() + "Z"
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
