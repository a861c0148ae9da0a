import DevenvCrypto
import DevenvHost
package import DevenvModel
package import SystemPackage

// What belongs to the folders of a machine that are watched: `live/` in the machine's directory.
extension ProjectStore {
    private func liveDirectory(of machine: MachineName) -> FilePath { directory(of: machine).appending("live") }
    private func orderFile(of machine: MachineName) -> FilePath { liveDirectory(of: machine).appending("order.json") }
    private func reportFile(of machine: MachineName) -> FilePath {
        liveDirectory(of: machine).appending("report.json")
    }

    /// The lock of whoever watches a machine's folders.
    package func watcherLock(of machine: MachineName) -> FilePath { liveDirectory(of: machine).appending("lock") }

    /// The lock of whoever sends one of a machine's folders.
    package func folderLock(of machine: MachineName, _ target: GuestPath) -> FilePath {
        var hash = SHA256()
        hash.update(field: target.string)
        return liveDirectory(of: machine).appending("folder-\(hash.hexadecimal().prefix(16)).lock")
    }

    /// Whether somebody was told to watch folders of a machine.
    package func isWatchOrdered(of machine: MachineName) -> Bool { HostFiles.exists(orderFile(of: machine)) }

    /// What whoever watches a machine's folders was told last; nil for nothing, also where that is damaged: it can be told again.
    package func liveOrder(of machine: MachineName) throws(StateError) -> LiveOrder? {
        try StateFile.readIntact(LiveOrder.self, orderFile(of: machine))
    }

    /// Tells whoever watches a machine's folders what to do; a report of what was done before goes.
    package func save(_ order: LiveOrder, of machine: MachineName) throws(StateError) {
        try makeDirectory(liveDirectory(of: machine))
        try StateError.wrap { () throws(HostError) in try HostFiles.remove(reportFile(of: machine)) }
        try StateFile.write(order, to: orderFile(of: machine), durable: false)
    }

    /// Nothing is to be watched any more.
    package func forgetWatching(of machine: MachineName) throws(StateError) {
        try StateError.wrap { () throws(HostError) in
            try HostFiles.remove(orderFile(of: machine))
            try HostFiles.remove(reportFile(of: machine))
        }
    }

    /// Forgets what was sent: the machine is brought back to what it was before.
    package func forgetLiveReport(of machine: MachineName) throws(StateError) {
        let path = reportFile(of: machine)
        try StateError.wrap { () throws(HostError) in try HostFiles.remove(path) }
    }

    /// Removes what a process that was killed while it wrote its report has left.
    package func discardHalfWrittenReports(of machine: MachineName) throws(StateError) {
        let directory = liveDirectory(of: machine)
        try StateError.wrap { () throws(HostError) in
            for name in try HostFiles.list(directory) where name.hasPrefix("report.json.") {
                try HostFiles.remove(directory.appending(name))
            }
        }
    }

    /// What whoever watches a machine's folders last said; nil for nothing.
    package func liveReport(of machine: MachineName) throws(StateError) -> LiveReport? {
        try StateFile.readIntact(LiveReport.self, reportFile(of: machine))
    }

    /// Says it. Where the machine's directory is gone, nobody is left to read it.
    package func save(_ report: LiveReport, of machine: MachineName) throws(StateError) {
        guard isWatchOrdered(of: machine) else { return }
        try StateFile.write(report, to: reportFile(of: machine), durable: false)
    }
}
