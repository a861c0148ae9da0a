import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// A run of ansible-playbook, whose output is passed on while it goes on.
struct AnsibleRun {
    /// The item.
    let item: ProvisionerSpec
    /// How it is called.
    let call: ToolInvocation
    /// Receives the output.
    let output: OutputHandler

    private enum End: Sendable {
        case ended(Int)
        case failed(ToolError)
        case outOfTime
    }

    /// Runs it; throws unless all went well in all machines that were meant.
    func carryOut() async throws(ProvisionerError) {
        let end = await withTaskGroup(of: End.self) { group in
            group.addTask { await run() }
            if let limit = item.timeout {
                group.addTask {
                    // cancelled once the run has ended
                    try? await Task.sleep(for: limit)
                    return .outOfTime
                }
            }
            let first = await group.next() ?? .outOfTime
            group.cancelAll()
            await group.waitForAll()
            return first
        }
        try judge(end)
    }

    private func run() async -> End {
        do throws(ToolError) {
            let output = output
            let result = try await SystemToolRunner().stream(call) { next in
                // a task that is cancelled ends the program, which is all that there is to do
                while let chunk = try? await next() { output(.standardOutput, chunk) }
            }
            return .ended(result.outcome.status)
        } catch {
            return .failed(error)
        }
    }

    private func judge(_ end: End) throws(ProvisionerError) {
        let attempt = "running '\(item.name.value)'"
        if Task.isCancelled { throw ProvisionerError("\(attempt): interrupted", isCancellation: true) }
        switch end {
        case .ended(0): return
        // ansible-playbook's own statuses: 2 failed tasks, 4 machines that could not be reached
        case .ended(4): throw ProvisionerError("\(attempt): ansible-playbook could not reach all machines")
        case .ended(let status):
            let what = status == 2 ? " (a task failed)" : ""
            throw ProvisionerError(
                "\(attempt): ansible-playbook failed with exit status \(status)\(what)", exitStatus: status)
        case .failed(let error):
            throw ProvisionerError("\(attempt): \(error)", isCancellation: error.code == .cancelled)
        case .outOfTime:
            throw ProvisionerError(
                "\(attempt): out of time" + (item.timeout.map { " after \($0.brief)" } ?? ""),
                help: "raise the item's 'timeout'")
        }
    }
}
