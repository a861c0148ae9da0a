import DevenvModel
import Subprocess
import SystemPackage

/// Runs programs of this host.
package struct SystemToolRunner: ToolRunner {
    /// Makes a runner.
    package init() {}

    /// Runs a program to its end.
    package func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        let timeout = invocation.timeout
        let result = await withTaskGroup(of: Result<ToolOutcome, ToolError>?.self) { group in
            group.addTask { await Self.result(of: invocation) }
            group.addTask {
                do { try await Task.sleep(for: timeout) } catch { return nil }
                return .failure(Self.timedOut(invocation))
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            await group.waitForAll()
            return first
        }
        guard let result else { throw Self.cancelled(invocation) }
        return try result.get()
    }

    private static func result(of invocation: ToolInvocation) async -> Result<ToolOutcome, ToolError> {
        do {
            let outcome = try await execute(invocation)
            return Task.isCancelled ? .failure(cancelled(invocation)) : .success(outcome)
        } catch {
            return .failure(translate(error, invocation))
        }
    }

    private static func execute(_ invocation: ToolInvocation) async throws -> ToolOutcome {
        if invocation.endsWithCaller {
            return try await Lifeline.during { line in try await execute(Lifeline.tied(invocation), reading: line) }
        }
        let input = try ToolInput.file(of: invocation.input)
        defer { try? input.close() }  // nothing is written to it any more
        return try await execute(invocation, reading: input)
    }

    private static func execute(
        _ invocation: ToolInvocation, reading input: FileDescriptor
    ) async throws -> ToolOutcome {
        let configuration = try configuration(invocation)
        let source = FileDescriptorInput.fileDescriptor(input, closeAfterSpawningProcess: false)
        switch invocation.output {
        case .captured(let limit):
            let result = try await Subprocess.run(
                configuration, input: source, output: .bytes(limit: limit), error: .bytes(limit: limit))
            return ToolOutcome(
                status: status(result.terminationStatus), standardOutput: result.standardOutput,
                standardError: result.standardError)
        case .file(let path):
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.append, .create, .closeOnExec], permissions: [.ownerReadWrite])
            defer { try? file.close() }  // nothing was buffered here
            let result = try await Subprocess.run(
                configuration, input: source,
                output: .fileDescriptor(file, closeAfterSpawningProcess: false),
                error: .fileDescriptor(file, closeAfterSpawningProcess: false))
            return ToolOutcome(status: status(result.terminationStatus))
        }
    }

    static func configuration(_ invocation: ToolInvocation) throws -> Configuration {
        guard let executable = ToolPath.find(invocation.tool) else {
            throw ToolError.missing(invocation)
        }
        var environment: [Environment.Key: String?] = ["LC_ALL": "C", "LANG": "C"]
        for (name, value) in invocation.environment {
            if let key = Environment.Key(rawValue: name) { environment[key] = value }
        }
        var options = PlatformOptions()
        // A group of its own: Ctrl-C on the terminal reaches us alone, and we end it in our own time. Otherwise rsync would
        // die first and look like a failure of its own.
        options.processGroupID = 0
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))
        ]
        return Configuration(
            executable: .path(executable), arguments: Arguments(invocation.arguments),
            environment: .inherit.updating(environment),
            workingDirectory: invocation.directory, platformOptions: options)
    }

    static func status(_ status: TerminationStatus) -> Int {
        switch status {
        case .exited(let code): Int(code)
        case .signaled(let signal): 128 + Int(signal)
        }
    }

    static func translate(_ error: any Error, _ invocation: ToolInvocation) -> ToolError {
        if Task.isCancelled { return cancelled(invocation) }
        if let error = error as? ToolError { return error }
        guard let failure = error as? SubprocessError else { return failed(invocation, "\(error)") }
        switch failure.code {
        case .executableNotFound:
            return .missing(invocation)
        case .outputLimitExceeded:
            return ToolError(.tooMuchOutput, tool: invocation.tool, "'\(invocation.tool)' wrote more than expected")
        default: return failed(invocation, failure.description)
        }
    }

    private static func failed(_ invocation: ToolInvocation, _ reason: String) -> ToolError {
        ToolError(.failed, tool: invocation.tool, "running '\(invocation)': \(reason)")
    }

    private static func timedOut(_ invocation: ToolInvocation) -> ToolError {
        let time = invocation.timeout.brief
        return ToolError(.timedOut, tool: invocation.tool, "'\(invocation)' took longer than \(time) and was ended")
    }

    static func cancelled(_ invocation: ToolInvocation) -> ToolError {
        ToolError(.cancelled, tool: invocation.tool, "'\(invocation.tool)' was interrupted")
    }
}
