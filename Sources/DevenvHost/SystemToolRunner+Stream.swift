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
            let input = try ToolInput.file(of: invocation.input)
            defer { try? input.close() }  // nothing is written to it any more
            let result = try await Subprocess.run(
                Self.configuration(invocation), input: .fileDescriptor(input, closeAfterSpawningProcess: false),
                output: .sequence,
                error: .bytes(limit: 1 << 20)
            ) { execution in
                let output = StreamedOutput(execution.standardOutput)
                let value = await body { try await output.next() }
                if await !output.hasEnded {
                    await execution.teardown(using: [.send(signal: .terminate, allowedDurationToNextStep: .seconds(2))])
                }
                return value
            }
            let outcome = ToolOutcome(
                status: Self.status(result.terminationStatus), standardError: result.standardError)
            return (outcome, result.closureResult)
        } catch {
            throw Self.translate(error, invocation)
        }
    }
}

/// The output of a program that runs.
private actor StreamedOutput {
    private var iterator: SubprocessOutputSequence.Iterator
    private(set) var hasEnded = false

    init(_ sequence: SubprocessOutputSequence) { iterator = sequence.makeAsyncIterator() }

    /// The next chunk, nil at the end. Only one may be asked for at a time.
    func next() async throws -> [UInt8]? {
        var position = iterator
        let buffer = try await position.next()
        iterator = position
        if buffer == nil { hasEnded = true }
        return buffer.map { $0.withUnsafeBytes { Array($0) } }
    }
}
