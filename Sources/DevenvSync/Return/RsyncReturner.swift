import CHost
import DevenvDiagnostics
import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import Glibc
import SystemPackage

// The way back from a machine.
extension RsyncSynchronizer {
    /// Looks at both sides, decides, and carries that out: first what comes here, then what goes there, so that whatever it is
    /// broken off at, each file is on one side at least. What both sides are is written down last.
    package func bringBack(
        _ folder: SyncedFolder, _ order: ReturnOrder, from endpoint: SSHEndpoint, over communicator: any Communicator
    ) async throws(SyncError) -> ReturnResult {
        try checkSource(folder)
        let attempt = "bringing '\(folder.source.value)' and '\(folder.target)' together"
        if let argument = folder.hindrance {
            throw SyncError(
                "\(attempt): with '\(argument)' under 'args' it can't be told what has changed in the machine",
                help: "take it out, or leave the folder going one way")
        }
        let receiver = try await ReceiverPreparation.run(folder, communicator, attempt)
        let call = ReturnCall(
            folder: folder, endpoint: endpoint, receiver: receiver, owner: Self.owner(of: folder.source.value))
        let tools = ReturnTools(runner: runner, attempt: attempt)
        let view = try await ReturnView(call, order, tools)
        FaultPoint.reach("sync.return.looked")
        let plan = ReturnPlan(view.candidates, sends: order.sends, removes: folder.delete)
        try await RemovalCheck(folder, order, view, attempt).pass(plan)
        var work = ReturnWork(plan, view, order, in: folder.source.value)
        try await work.bringHere(call, tools)
        if order.sends {
            let removal = GuestRemoval(
                folder: folder, usesSudo: receiver.usesSudo, communicator: communicator, attempt: attempt)
            // first, as what comes may need the place of a directory that was emptied here
            try await remove(&work, removal)
            try await send(&work, call, tools)
        }
        let base = work.base
        try tools.explain { () throws(HostError) in try base.write(to: order.base, of: folder) }
        return work.result
    }

    private func send(
        _ work: inout ReturnWork, _ call: ReturnCall, _ tools: ReturnTools
    ) async throws(SyncError) {
        let paths = (work.plan.paths(.send) + work.plan.paths(.keepBoth) + work.furtherSends).uniqued().inOrder
        guard !paths.isEmpty else { return }
        // as it is before it is sent: what changes meanwhile then counts as changed
        let entries = work.entries(of: paths)
        let outcome = try await tools.run(call.send(paths))
        FaultPoint.reach("sync.return.sent")
        work.noteSent(entries, count: RsyncReport.summary(of: outcome.standardOutput).changedFiles)
    }

    /// Removes in the machine what is still not there here.
    private func remove(_ work: inout ReturnWork, _ removal: GuestRemoval) async throws(SyncError) {
        let paths = work.plan.paths(.removeThere).filter { !work.here.isTaken($0) }
        let isDirectory = { [view = work.view] (path: FilePath) in view.candidates[path]?.item.isDirectory == true }
        try await removal.remove(files: paths.filter { !isDirectory($0) }, directories: paths.filter(isDirectory))
        if !paths.isEmpty { FaultPoint.reach("sync.return.removed-there") }
        work.noteRemoved(paths)
    }

    /// Files that root brings here belong to whom the folder belongs to.
    private static func owner(of folder: FilePath) -> String? {
        var status = stat()
        guard geteuid() == 0, stat(folder.string, &status) == 0 else { return nil }
        return "\(status.st_uid):\(status.st_gid)"
    }
}

/// Runs what bringing folders back needs, and says what was attempted where that fails.
struct ReturnTools: Sendable {
    let runner: any ToolRunner
    let attempt: String

    /// Runs a call of rsync; throws unless all went well. Files that vanish meanwhile (24) are the next time's business.
    func run(_ invocation: ToolInvocation) async throws(SyncError) -> ToolOutcome {
        let outcome: ToolOutcome
        do throws(ToolError) { outcome = try await runner.run(invocation) } catch {
            let help = error.code == .missing ? "install rsync on this host" : nil
            throw SyncError("\(attempt): \(error)", help: help, isCancellation: error.code == .cancelled)
        }
        if let failure = RsyncReport.failure(outcome, attempt) { throw failure }
        return outcome
    }

    /// What stands in the host's folder.
    func survey(_ folder: SyncedFolder) async throws(SyncError) -> FolderBase {
        do throws(Errno) { return try await FolderWalker().survey(folder) } catch {
            throw SyncError("\(attempt): reading '\(folder.source.value)': \(error)")
        }
    }

    /// Does something with files of this host.
    func explain<Value>(_ body: () throws(HostError) -> Value) throws(SyncError) -> Value {
        do throws(HostError) { return try body() } catch { throw self.error(error) }
    }

    /// What a failure with files of this host means here.
    func error(_ error: HostError) -> SyncError {
        let help = error.errno == .noSpace ? "free some space on this host" : nil
        return SyncError("\(attempt): \(error)", help: help)
    }
}
