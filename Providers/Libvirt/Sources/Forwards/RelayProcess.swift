import DevenvHost
import Glibc
import SystemPackage

/// A process of this host that carries out a forward or watches over one that does.
struct RelayProcess: Hashable, Sendable {
    /// Its id.
    let id: Int32
    /// Whether it is the one that starts the forward again when it ends, and leads the session of both.
    let isSupervisor: Bool
    /// Whether it is the one that relays.
    let isRelay: Bool
    /// Whose forward it is, and which.
    let command: RelayCommand

    /// All of them, read from proc(5) once.
    static func all() -> [RelayProcess] {
        ids().compactMap(RelayProcess.init)
    }

    private init?(_ id: Int32) {
        let words = Self.arguments(of: id)
        guard let start = words.firstIndex(of: RelayCommand.word),
            let command = RelayCommand(arguments: words[start...])
        else { return nil }
        self.id = id
        self.command = command
        isSupervisor = words.dropFirst(3).first == Supervision.name && getsid(id) == id
        isRelay = start == 1
    }

    /// Ends it, and where it leads a session what it has started there. To be ended at once loses nothing: it keeps no
    /// state, and what it has of connections is lost either way.
    func end() { kill(isSupervisor ? -id : id, SIGKILL) }

    /// Whether any of them, or anything in the sessions that they lead, still runs and so may have a port: a supervisor can
    /// start a relay between the look at it and its end. One that is ending has no arguments any more before it has closed
    /// what it has open, so that only its state tells.
    static func areAlive(_ processes: Set<RelayProcess>) -> Bool {
        let own = Set(processes.map(\.id))
        let sessions = Set(processes.filter(\.isSupervisor).map(\.id))
        return ids().contains { id in (own.contains(id) || sessions.contains(getsid(id))) && !hasEnded(id) }
    }

    private static func ids() -> [Int32] {
        // without /proc no process is found, and none can be ended
        ((try? HostFiles.list("/proc")) ?? []).compactMap { Int32($0) }
    }

    /// Whether a process has nothing open any more: it is gone, or was not waited for yet. Its name, which may hold anything,
    /// stands in parentheses before its state (proc(5)).
    private static func hasEnded(_ id: Int32) -> Bool {
        guard let bytes = (try? HostFiles.read(FilePath("/proc/\(id)/stat"), limit: 4096)) ?? nil else { return true }
        let state = bytes.suffix(from: (bytes.lastIndex(of: UInt8(ascii: ")")) ?? 0)).dropFirst(2).first
        return state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
    }

    /// The arguments of a process; none for one that has ended or has more of them than a relay has.
    private static func arguments(of id: Int32) -> [String] {
        guard let bytes = (try? HostFiles.read(FilePath("/proc/\(id)/cmdline"), limit: 4096)) ?? nil else {
            return []  // it has ended, or is none of ours
        }
        let words = bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false)
        guard words.contains(where: { $0.elementsEqual(RelayCommand.word.utf8) }) else { return [] }
        return words.map { String(decoding: $0, as: UTF8.self) }
    }
}
