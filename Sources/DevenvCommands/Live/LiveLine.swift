import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

/// One event of `sync --watch --json`.
struct LiveLine: Encodable {
    let schema = JSONText.schema
    let event = "live"
    let machine: String
    let source: String
    let target: String
    let state: String
    var message: String?
    var files: Int?
    var bytes: Int64?
    var seconds: Double?
    var comparison: Bool?

    private enum CodingKeys: String, CodingKey {
        case schema, event, machine, source, target, state, message, files, bytes, seconds, comparison
    }

    init(_ machine: MachineName, _ folder: SyncedFolder, _ event: LiveEvent) {
        self.machine = machine.rawValue
        source = folder.source.value.string
        target = folder.target.string
        switch event {
        case .waiting(let reason): (state, message) = ("waiting", reason)
        case .comparing: state = "comparing"
        case .watching(let problem): (state, message) = ("watching", problem)
        case .sent(let summary, let duration, let isComparison, _):
            state = "sent"
            files = summary.changedFiles
            bytes = summary.sentBytes
            seconds = duration.inSeconds
            comparison = isComparison
        }
    }
}

/// A watched folder in `status --json`.
struct WatchedFolderObject: Encodable {
    let source: String
    let target: String
    let state: String
    let message: String?
    let lastTransfer: Int?
    let files: Int
    let bytes: Int64
    let seconds: Double
    let transfers: Int
    let comparisons: Int

    init(_ folder: LiveReport.Folder) {
        source = folder.source
        target = folder.target
        state = folder.state.rawValue
        message = folder.problem
        lastTransfer = folder.lastTransfer
        files = folder.files
        bytes = folder.bytes
        seconds = Double(folder.milliseconds) / 1_000
        transfers = folder.transfers
        comparisons = folder.comparisons
    }
}
