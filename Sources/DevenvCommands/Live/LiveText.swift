import DevenvPluginAPI
import DevenvState

/// What becomes of watched folders, as people read it.
enum LiveText {
    /// What has happened.
    static func text(_ event: LiveEvent) -> String {
        switch event {
        case .waiting(let reason): "waiting: \(reason)"
        case .comparing: "comparing"
        case .watching(nil): "watching"
        case .watching(let problem?): "watching; \(problem)"
        case .sent(let summary, let duration, let isComparison, _):
            (isComparison ? "compared: " : "sent ") + amount(summary.changedFiles, summary.sentBytes)
                + " in \(Int(duration / .milliseconds(1))) ms"
        }
    }

    /// What is known of a folder: `watching /srv/app; last sent 2026-11-22 14:03:05 UTC (2 files, 512 bytes)`.
    static func text(_ folder: LiveReport.Folder) -> String {
        let sent = folder.lastTransfer.map {
            "; last sent \(UTCTime.text($0)) (\(amount(folder.files, folder.bytes)))"
        }
        let problem = folder.problem.map { "; \($0)" } ?? ""
        return "\(folder.target) \(folder.state.rawValue)\(sent ?? "")\(problem)"
    }

    private static func amount(_ files: Int, _ bytes: Int64) -> String {
        "\(files) \(files == 1 ? "file" : "files"), \(bytes) \(bytes == 1 ? "byte" : "bytes")"
    }
}
