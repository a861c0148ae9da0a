import CSyscalls
import DevenvHost
import Dispatch
import Glibc
import SystemPackage

/// What is mounted on this host, and the end of it.
struct MountTable {
    private let points: Set<String>

    /// Reads proc(5) mountinfo.
    init() throws(HostError) {
        let bytes = try HostFiles.read("/proc/self/mountinfo") ?? []
        self.init(mountinfo: String(decoding: bytes, as: UTF8.self))
    }

    /// Takes the text of mountinfo: the fifth field of each line is a mount point, with blanks written in octal.
    init(mountinfo: String) {
        points = Set(
            mountinfo.split(separator: "\n").compactMap { line in
                let fields = line.split(separator: " ", maxSplits: 5)
                return fields.count > 4 ? Self.unescape(fields[4]) : nil
            })
    }

    /// Whether something is mounted there.
    func contains(_ path: FilePath) -> Bool { points.contains(Self.resolve(path)) }

    /// The mount points below a directory, deepest first.
    func below(_ path: FilePath) -> [FilePath] {
        let prefix = Self.resolve(path) + "/"
        return points.filter { $0.hasPrefix(prefix) }.sorted { $0.count > $1.count }.map { FilePath($0) }
    }

    /// Takes a mount away; nothing mounted there is fine. Flushing what was written can take a second, so it happens on a
    /// thread of its own.
    static func unmount(_ path: FilePath) async throws(HostError) {
        let error = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: unmountNow(path)) }
        }
        if let error { throw HostError("unmounting", path, error) }
    }

    private static func unmountNow(_ path: FilePath) -> Errno? {
        if devenv_unmount(path.string, 0) == 0 { return nil }
        if Errno(rawValue: errno) == .resourceBusy, devenv_unmount(path.string, 1) == 0 { return nil }
        let error = Errno(rawValue: errno)
        return error == .invalidArgument || error == .noSuchFileOrDirectory ? nil : error
    }

    /// The kernel lists mounts by their real paths.
    private static func resolve(_ path: FilePath) -> String {
        guard let resolved = realpath(path.string, nil) else { return path.string }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func unescape(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8) {
                bytes.append(code)
                rest.removeFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
