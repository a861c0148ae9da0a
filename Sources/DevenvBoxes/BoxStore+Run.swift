import DevenvHost
import SystemPackage

// Running of programs that fill a directory.
extension BoxStore {
    /// Runs a program that fills a directory.
    func run(_ call: ToolInvocation, _ attempt: String, writingTo directory: FilePath) async throws(BoxError) {
        let outcome: ToolOutcome
        do { outcome = try await runner.run(call) } catch { throw .tool(error, attempt) }
        guard outcome.status != 0 else { return }
        if HostFiles.isFull(directory) { throw .diskFull(attempt) }
        throw BoxError(.failed, "\(attempt): '\(call.tool)' failed with status \(outcome.status): \(outcome.complaint)")
    }
}
