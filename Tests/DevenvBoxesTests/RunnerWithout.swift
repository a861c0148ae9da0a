import DevenvHost

/// A host on which one program is not installed.
struct RunnerWithout: ToolRunner {
    let tool: String

    func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        guard invocation.tool != tool else { throw ToolError(.missing, tool: tool, "'\(tool)' is not installed") }
        // as a program that runs another one says it
        if invocation.arguments.contains(tool) { return ToolOutcome(status: 127) }
        return try await SystemToolRunner().run(invocation)
    }
}
