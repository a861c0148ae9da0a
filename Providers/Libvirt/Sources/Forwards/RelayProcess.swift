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
        let names = (try? HostFiles.list("/proc")) ?? []  // without /proc no process is found, and none can be ended
        return names.compactMap { Int32($0) }.compactMap(RelayProcess.init)
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

    /// Whether it still runs: one that has ended and was not waited for has no arguments any more.
    var isAlive: Bool {
        RelayProcess(id)?.command == command
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
