import Subprocess
package import SystemPackage

/// Programs that go on when the command that started them has ended.
package enum DetachedProcess {
    /// Starts a program and returns as soon as it is under way: in a session and a process group of its own, without a
    /// terminal, in the root directory, its output nowhere. Of the caller's descriptors it has only `input`, as its
    /// standard input; of the caller's environment nothing. Who is to stop it must find it again by its arguments.
    package static func start(
        _ program: FilePath, _ arguments: [String], environment: [String: String] = [:], input: FileDescriptor
    ) async throws(ToolError) {
        let name = program.lastComponent?.string ?? program.string
        guard let setsid = ToolPath.find("setsid") else {
            throw ToolError(.missing, tool: "setsid", "'setsid' is not installed")
        }
        // by setsid's fork the program is nobody's child: it leaves no zombie to us, however long we live
        let configuration = Configuration(
            executable: .path(setsid), arguments: Arguments(["--fork", program.string] + arguments),
            environment: .custom(variables(environment)), workingDirectory: "/")
        let invocation = ToolInvocation(program.string, arguments)
        let status: Int
        do {
            let result = try await Subprocess.run(
                configuration, input: .fileDescriptor(input, closeAfterSpawningProcess: false), output: .discarded,
                error: .discarded)
            status = SystemToolRunner.status(result.terminationStatus)
        } catch {
            throw SystemToolRunner.translate(error, invocation)
        }
        guard status != 0 else { return }
        // setsid is killed where the task is cancelled
        guard !Task.isCancelled else { throw SystemToolRunner.cancelled(invocation) }
        throw ToolError(.failed, tool: name, "starting '\(program)': setsid ended with status \(status)")
    }

    private static func variables(_ own: [String: String]) -> [Environment.Key: String] {
        var variables: [Environment.Key: String] = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        ]
        for (name, value) in own {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        return variables
    }
}
