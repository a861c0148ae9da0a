import DevenvHost
import DevenvPluginAPI

/// What rsync says about what it did, from `--out-format=%i --stats --no-human-readable`.
enum RsyncReport {
    /// Counts the files whose content was sent (`<f…`) or which were removed (`*deleting`), and the bytes of content.
    static func summary(of output: [UInt8]) -> SyncSummary {
        let lines = output.split(separator: UInt8(ascii: "\n"))
        let changed = lines.count { $0.starts(with: "<f".utf8) || $0.starts(with: "*deleting".utf8) }
        let label = "Literal data: "
        let literal = lines.last { $0.starts(with: label.utf8) }.map { String(decoding: $0, as: UTF8.self) }
        let digits = literal?.dropFirst(label.count).prefix { $0.isNumber || $0 == "," }.filter { $0 != "," }
        return SyncSummary(changedFiles: changed, sentBytes: digits.flatMap { Int64($0) } ?? 0)
    }

    /// Why a call failed, nil where it did not (rsync(1), "EXIT VALUES").
    static func failure(_ outcome: ToolOutcome, _ attempt: String) -> SyncError? {
        let reason = outcome.complaint.isEmpty ? "rsync ended with status \(outcome.status)" : outcome.complaint
        switch outcome.status {
        // 24: files vanished while they were read; the next time sends what is there then
        case 0, 24: return nil
        case 11: return SyncError("\(attempt): \(reason)", help: "check the free space in the machine")
        case 127: return SyncError("\(attempt): \(reason)", help: "install rsync in the box")
        case 23: return SyncError("\(attempt): not everything could be sent: \(reason)")
        case 30, 35: return SyncError("\(attempt): nothing moved for two minutes: \(reason)")
        // which of the two comes depends on who notices first that the other end is gone
        case 12, 255: return SyncError("\(attempt): the connection failed: \(reason)")
        default: return SyncError("\(attempt): \(reason)")
        }
    }
}
