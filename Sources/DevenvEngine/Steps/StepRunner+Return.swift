import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

extension StepRunner {
    /// Brings back what has changed of a folder in the machine, and says what came of it. What changed here meanwhile counts as
    /// not sent.
    func bringBack(_ folder: SyncedFolder, _ way: WayIn, _ machine: Wanted) async throws {
        // several machines may have the folder
        let lock = try await HeldFileLock.awaiting(store.lock(ofFolder: folder.source.value), command: "sync")
        defer { withExtendedLifetime(lock) {} }
        try Task.checkCancellation()
        try await noteWatched(folder, machine.name)
        let moment = FileClock.now
        let order = ReturnOrder(
            machine: machine.name, part: operation.returning.part(of: folder), sends: operation.returning.sends(folder),
            base: store.base(of: folder.target, machine.name), mayRemove: operation.returning.mayRemove)
        let result = try await components.synchronizer.bringBack(
            folder, order, from: way.endpoint, over: way.communicator)
        FaultPoint.reach("engine.sync.returned")
        for text in ReturnText.lines(result, folder) { events(.notice(machine.name, text)) }
        // asked for by hand, it sent nothing: whether the folder is to be sent is as it was
        guard !operation.returning.isAskedFor else { return }
        let reading = try await components.synchronizer.reading(of: folder, unchangedSince: moment)
        var record = try record(of: machine.name)
        record.folders[folder.target.string] = FolderSync(
            fingerprint: reading.fingerprint ?? "changed while it was sent",
            memory: record.folders[folder.target.string]?.memory)
        try store.save(record, durable: false)
    }

    /// What whoever watches the folder has sent since it was last compared is common ground, too. Nothing is known of a folder that
    /// is watched by other rules than it has now.
    private func noteWatched(_ folder: SyncedFolder, _ machine: MachineName) async throws {
        guard let order = try store.liveOrder(of: machine), order.folders.contains(LiveOrder.Folder(folder)),
            let report = try store.liveReport(of: machine)?.folders.first(where: { $0.target == folder.target.string }),
            report.problem == nil, let moment = report.sentUntil
        else { return }
        let reading = try await components.synchronizer.reading(of: folder, unchangedSince: moment)
        try store.keepBase(reading.base, of: folder.target, machine)
    }
}

/// What came back of a folder, as people read it.
enum ReturnText {
    /// A line for each file that was kept twice, and one for all that was moved; none where nothing was.
    static func lines(_ result: ReturnResult, _ folder: SyncedFolder) -> [String] {
        let kept = result.conflicts.map { conflict in
            "'\(conflict.path)' has changed here and in the machine: both are kept, one as '\(conflict.copy)'"
        }
        let parts = [
            (result.fetched, "brought back"), (result.removedHere, "removed here"), (result.sent, "sent"),
            (result.removedThere, "removed in the machine"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let name = folder.source.value.lastComponent?.string ?? "/"
        return kept + (parts.isEmpty ? [] : ["files of \(name): \(parts.joined(separator: ", "))"])
    }
}
