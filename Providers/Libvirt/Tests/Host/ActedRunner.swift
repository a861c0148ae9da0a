import DevenvHost
import Synchronization

/// Answers every call with the same outcome and counts the calls.
final class ActedRunner: ToolRunner {
    private let outcome: ToolOutcome
    private let calls = Mutex(0)

    init(_ outcome: ToolOutcome) { self.outcome = outcome }

    var count: Int { calls.withLock { $0 } }

    func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        calls.withLock { $0 += 1 }
        return outcome
    }
}
