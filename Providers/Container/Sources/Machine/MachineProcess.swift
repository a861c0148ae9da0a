import CSyscalls
import DevenvHost
import Glibc
import SystemPackage

/// A process that can't be mistaken for a later one with its number.
struct MachineProcess: Codable, Hashable, Sendable {
    /// Its number.
    let id: Int32
    /// When it started, in clock ticks since the host's boot, proc(5) stat.
    let start: UInt64

    /// The process of that number; nil where there is none, or only its remains that nobody has waited for.
    init?(living id: Int32) {
        guard let start = Self.start(of: id) else { return nil }
        self.id = id
        self.start = start
    }

    /// Whether it still lives.
    var isAlive: Bool { Self.start(of: id) == start }

    /// Sends it a signal; nothing where it is gone.
    func signal(_ number: Int32) {
        let descriptor = devenv_open_process(id)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // looked at after opening: the descriptor can't become that of another process
        if isAlive { devenv_signal_process(descriptor, number) }
    }

    /// Its number in each process namespace that it is in, that of this host first and its own last, where a machine's first
    /// process is 1; proc(5) status, `NSpid`. Empty where there is none.
    static func numbers(of id: Int32) -> [Int] {
        guard let bytes = try? HostFiles.read(FilePath("/proc/\(id)/status")) else { return [] }  // it is gone
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("NSpid:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().compactMap { Int($0) } ?? []
    }

    private static func start(of id: Int32) -> UInt64? {
        guard let bytes = try? HostFiles.read(FilePath("/proc/\(id)/stat")) else { return nil }  // it is gone
        return parseStart(String(decoding: bytes, as: UTF8.self))
    }

    /// The 22nd field of proc(5) stat; nil for a dead process. The second field may hold anything, blanks and brackets
    /// too.
    static func parseStart(_ stat: String) -> UInt64? {
        guard let bracket = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: bracket)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return UInt64(fields[19])
    }
}
