import Subprocess
import SystemPackage

extension SystemToolRunner {
    /// Runs a program and lends its standard output to the body, chunk by chunk until nil; the program waits while the body
    /// does, so that memory stays bounded whatever the amount. A body that ends before the output does ends the program, which
    /// may be waiting for something and would not notice the loss of its pipe.
    package func stream<Value: Sendable>(
        _ invocation: ToolInvocation,
        to body: @escaping @Sendable (@escaping @Sendable () async throws -> [UInt8]?) async -> Value
    ) async throws(ToolError) -> (outcome: ToolOutcome, value: Value) {
        do {
            if invocation.endsWithCaller {
                return try await Lifeline.during { line in
                    try await Self.stream(Lifeline.tied(invocation), input: line, to: body)
                }
            }
            let input = try ToolInput.file(of: invocation.input)
            defer { try? input.close() }  // nothing is written to it any more
            return try await Self.stream(invocation, input: input, to: body)
        } catch {
            throw Self.translate(error, invocation)
        }
    }

    /// The same for a program that reads a file on its standard input while that arrives.
    package func stream<Value: Sendable>(
        _ invocation: ToolInvocation, from file: ArrivingFile,
        to body: @escaping @Sendable (@escaping @Sendable () async throws -> [UInt8]?) async -> Value
    ) async throws(ToolError) -> (outcome: ToolOutcome, value: Value) {
        do {
            let pipe = try HostPipe()
            async let feeding: Void = Self.feed(file, into: pipe.writer)
            do {
                let result = try await Self.stream(invocation, input: pipe.reader.descriptor) { next in
                    pipe.reader.close()  // the program has its own
                    return await body(next)
                }
                await feeding
                return result
            } catch {
                pipe.reader.close()  // a program that could not be started reads nothing, and the feeding ends
                await feeding
                throw error
            }
        } catch {
            throw Self.translate(error, invocation)
        }
    }

    private static func feed(_ file: ArrivingFile, into pipe: HostPipe.End) async {
        // without a thread for it the program finds nothing to read, and says so
        if let feed = try? FileFeed() { await feed.feed(file, into: pipe.descriptor) }
        pipe.close()
    }

    private static func stream<Value: Sendable>(
        _ invocation: ToolInvocation, input: FileDescriptor,
        to body: @escaping @Sendable (@escaping @Sendable () async throws -> [UInt8]?) async -> Value
    ) async throws -> (outcome: ToolOutcome, value: Value) {
        let pipe = try HostPipe()
        defer { pipe.close() }
        let output = try PipeReader(pipe.reader.descriptor)
        let result = try await Subprocess.run(
            configuration(invocation), input: .fileDescriptor(input, closeAfterSpawningProcess: false),
            output: .fileDescriptor(pipe.writer.descriptor, closeAfterSpawningProcess: false),
            error: .bytes(limit: 1 << 20)
        ) { execution in
            pipe.writer.close()  // the program has its own
            let value = await body { try await output.next() }
            if await !output.hasEnded {
                await execution.teardown(using: [.send(signal: .terminate, allowedDurationToNextStep: .seconds(2))])
            }
            return value
        }
        let outcome = ToolOutcome(
            status: status(result.terminationStatus), standardError: result.standardError)
        return (outcome, result.closureResult)
    }
}
