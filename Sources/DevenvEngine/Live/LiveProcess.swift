import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

/// A process of this host that watches a machine's folders, or starts the one that does again.
struct LiveProcess: Hashable, Sendable {
    let id: Int32
    /// Whether it is the one that starts the other again, and leads the session of both.
    let isSupervisor: Bool
    let command: LiveCommand

    /// What the supervisor calls itself, so that `ps` shows what it is for.
    static let supervisorName = "devenv-live"

    /// All of them, read from proc(5) once.
    static func all() -> [LiveProcess] { ids().compactMap(LiveProcess.init) }

    /// The machines whose folders are watched.
    static func machines() -> Set<MachineID> { Set(all().filter(\.isSupervisor).map(\.command.machine)) }

    private init?(_ id: Int32) {
        let words = Self.arguments(of: id)
        guard let start = words.firstIndex(of: LiveCommand.word),
            let command = LiveCommand(arguments: words[start...])
        else { return nil }
        self.id = id
        self.command = command
        isSupervisor = words.dropFirst(3).first == Self.supervisorName && getsid(id) == id
        guard isSupervisor || start == 1 else { return nil }
    }

    /// Ends them with all that they have started. To be ended at once loses nothing: what was not sent yet is found by the next
    /// comparison.
    static func end(_ processes: [LiveProcess]) {
        let sessions = Set(processes.map { getsid($0.id) }).filter { $0 > 0 && $0 != getsid(0) }
        for id in ids() where sessions.contains(getsid(id)) { kill(id, SIGKILL) }
        for process in processes { kill(process.id, SIGKILL) }
    }

    /// Ends what an earlier process of this one's session has left: its calls of ssh and rsync outlive a SIGKILL for a moment.
    static func endSiblings() {
        let (own, session) = (getpid(), getsid(0))
        for id in ids() where id != own && id != session && getsid(id) == session { kill(id, SIGKILL) }
    }

    private static func ids() -> [Int32] {
        // without /proc no process is found, and none can be ended
        ((try? HostFiles.list("/proc")) ?? []).compactMap { Int32($0) }
    }

    /// The arguments of a process; none for one that has ended or is none of ours.
    private static func arguments(of id: Int32) -> [String] {
        guard let bytes = (try? HostFiles.read(FilePath("/proc/\(id)/cmdline"), limit: 16 << 10)) ?? nil else {
            return []
        }
        let words = bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false)
        guard words.contains(where: { $0.elementsEqual(LiveCommand.word.utf8) }) else { return [] }
        return words.map { String(decoding: $0, as: UTF8.self) }
    }
}
