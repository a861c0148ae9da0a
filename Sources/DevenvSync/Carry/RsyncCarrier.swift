import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage

// Single files and trees, as `upload` and `download` carry them.
extension RsyncSynchronizer {
    /// Looks at both ends first, so that what is missing is told as such, then lets rsync carry the load.
    package func carry(
        _ load: FileLoad, with endpoint: SSHEndpoint, over communicator: any Communicator,
        progress: @escaping @Sendable (LoadProgress) -> Void
    ) async throws(SyncError) -> SyncSummary {
        let call = try await LoadInspection(load, communicator).call(endpoint)
        let sent: (outcome: ToolOutcome, value: LoadReport)
        do throws(ToolError) {
            sent = try await SystemToolRunner().stream(call.invocation) { chunks in
                var report = LoadReport(total: call.total)
                // the end of the program is the end of its output, whatever became of it
                while let chunk = try? await chunks() { report.take(chunk, progress) }
                return report
            }
        } catch {
            let help = error.code == .missing ? "install rsync on this host" : nil
            throw SyncError("\(load.attempt): \(error)", help: help, isCancellation: error.code == .cancelled)
        }
        if Task.isCancelled { throw SyncError("\(load.attempt): interrupted", isCancellation: true) }
        if let failure = LoadFailure.error(sent.outcome, load) { throw failure }
        return sent.value.summary
    }
}

extension FileLoad {
    /// What is attempted, for messages.
    var attempt: String {
        switch way {
        case .upload(let sources, let target):
            "uploading " + sources.map { "'\($0)'" }.joined(separator: ", ") + " to '\(target)'"
        case .download(let source, let target): "downloading '\(source)' to '\(target)'"
        }
    }
}
