import DevenvHost
import SystemPackage

/// VirtualBox's own log of a machine's last start: the only place where it says that a port was taken, and the first where it
/// says that the machine has stopped.
struct MachineLog: Sendable {
    let path: FilePath

    init?(_ report: MachineReport) {
        guard let folder = report.logFolder else { return nil }
        path = folder.appending("VBox.log")
    }

    /// That of a machine which has its logs in a folder.
    init(below folder: FilePath) { path = folder.appending("Logs").appending("VBox.log") }

    /// The state that the machine's process has come into last: `RUNNING`, `SUSPENDING`, `GURU_MEDITATION`. Nil without a log.
    func lastState() -> String? {
        let bytes = ((try? HostFiles.read(path)) ?? nil) ?? []  // whoever asks has other signs
        return Self.lastState(in: String(decoding: bytes, as: UTF8.self))
    }

    /// Reads `Changing the VM state from 'RUNNING' to 'SUSPENDING'`.
    static func lastState(in text: String) -> String? {
        let mark = "Changing the VM state from '"
        let line = text.split(separator: "\n").last { $0.contains(mark) }
        // a line that is being written has no end yet
        guard let words = line?.split(separator: "'", omittingEmptySubsequences: false), words.count == 5 else {
            return nil
        }
        return String(words[3])
    }

    /// The ports of the host that could not be had. Without a log none is known to be.
    func refusedPorts() -> Set<UInt16> {
        let bytes = ((try? HostFiles.read(path)) ?? nil) ?? []  // it only says what else is hidden
        return Self.refusedPorts(in: String(decoding: bytes, as: UTF8.self))
    }

    /// Reads `NAT#0: configuration error: failed to set up redirection of 22401 to 22. Probably a conflict …`.
    static func refusedPorts(in text: String) -> Set<UInt16> {
        let mark = "failed to set up redirection of "
        return Set(
            text.split(separator: "\n").compactMap { line in
                line.firstRange(of: mark).flatMap { UInt16(line[$0.upperBound...].prefix(while: \.isNumber)) }
            })
    }
}
