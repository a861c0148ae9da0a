import DevenvModel
import DevenvPluginAPI
import DevenvState
import Glibc
import Synchronization

/// Writes down what happens to watched folders, for `status`.
final class LiveReporter: Sendable {
    private let report: Mutex<LiveReport>
    private let store: ProjectStore
    private let machine: MachineName

    init(_ order: LiveOrder, of machine: MachineName, in store: ProjectStore) {
        let folders = order.folders.map { LiveReport.Folder(source: $0.source, target: $0.target) }
        report = Mutex(LiveReport(process: Int(getpid()), folders: folders))
        self.store = store
        self.machine = machine
    }

    /// Notes an event.
    func note(_ event: LiveEvent, of folder: SyncedFolder) {
        report.withLock { report in
            guard let index = report.folders.firstIndex(where: { $0.target == folder.target.string }) else { return }
            report.folders[index].apply(event)
            // a full disk keeps nobody from sending on
            try? store.save(report, of: machine)
        }
    }
}

extension LiveReport.Folder {
    fileprivate mutating func apply(_ event: LiveEvent) {
        switch event {
        case .waiting(let reason): (state, problem) = (.waiting, reason)
        case .comparing: (state, problem) = (.comparing, nil)
        case .watching(let problem): (state, self.problem) = (.watching, problem)
        case .sent(let summary, let duration, let isComparison, let moment):
            sentUntil = moment
            lastTransfer = time(nil)
            files = summary.changedFiles
            bytes = summary.sentBytes
            milliseconds = Int(duration / .milliseconds(1))
            if isComparison { comparisons += 1 } else { transfers += 1 }
        }
    }
}
