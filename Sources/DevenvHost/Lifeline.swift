import SystemPackage

/// A pipe that nobody writes to, and whose other end only this process has: it ends when this process does, however that is.
enum Lifeline {
    /// Runs `body` with the end that is read.
    static func during<Value: Sendable>(_ body: (FileDescriptor) async throws -> Value) async throws -> Value {
        let pipe = try HostPipe()
        defer { pipe.close() }
        return try await body(pipe.reader.descriptor)
    }

    /// The call of a program that is ended, with all of its process group, as soon as its standard input ends. Throws where
    /// there is no such program.
    static func tied(_ call: ToolInvocation) throws(ToolError) -> ToolInvocation {
        guard let program = ToolPath.find(call.tool) else { throw .missing(call) }
        var tied = call
        tied.tool = "sh"
        tied.arguments = ["-c", script, "sh", program.string] + call.arguments
        return tied
    }

    private static let script = """
        exec 3<&0 </dev/null
        (
            trap '' TERM
            read -r _ <&3
            kill -KILL 0
        ) >/dev/null 2>&1 &
        watcher=$!
        trap : TERM
        "$@" 3<&-
        status=$?
        kill -KILL "$watcher"
        exit "$status"
        """
}

extension ToolError {
    /// There is no such program.
    static func missing(_ call: ToolInvocation) -> ToolError {
        ToolError(.missing, tool: call.tool, "'\(call.tool)' is not installed")
    }
}
