import DevenvHost

/// Stands for VBoxManage where what it does can't be provoked: each call is answered by what the script says of the
/// how-many-eth it is.
actor ScriptedRunner: ToolRunner {
    /// What a call comes to.
    enum Answer: Sendable {
        case output(String)
        case complaint(String, status: Int = 1)
        /// There is no such program.
        case missing
        /// Nothing, until it is ended.
        case hanging
    }

    private let script: @Sendable (Int) -> Answer
    private(set) var invocations: [ToolInvocation] = []

    init(_ script: @escaping @Sendable (Int) -> Answer) { self.script = script }

    func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        invocations.append(invocation)
        switch script(invocations.count) {
        case .output(let text): return ToolOutcome(status: 0, standardOutput: Array(text.utf8))
        case .complaint(let text, let status): return ToolOutcome(status: status, standardError: Array(text.utf8))
        case .missing: throw ToolError(.missing, tool: invocation.tool, "'\(invocation.tool)' is not installed")
        case .hanging:
            let (never, continuation) = AsyncStream.makeStream(of: Never.self)
            for await _ in never {}
            continuation.finish()
            throw ToolError(.cancelled, tool: invocation.tool, "'\(invocation.tool)' was interrupted")
        }
    }
}
