import DevenvTestSupport
import Synchronization
import Testing

@testable import DevenvHost

/// What programs write, read while they run.
struct ToolStreamTests {
    private func shell(_ script: String) -> ToolInvocation { ToolInvocation("sh", ["-c", script]) }

    @Test func allOfItComesInOrder() async throws {
        let count = 3 << 20
        let call = shell("head -c \(count) /dev/zero | tr '\\0' x; printf end")
        let (outcome, bytes) = try await SystemToolRunner().stream(call) { next in
            var bytes: [UInt8] = []
            while let piece = try? await next() { bytes += piece }
            return bytes
        }
        #expect(outcome.status == 0)
        #expect(bytes == Array(repeating: UInt8(ascii: "x"), count: count) + Array("end".utf8))
    }

    @Test func itsStatusAndComplaintAreToldAfterTheOutput() async throws {
        let (outcome, _) = try await SystemToolRunner().stream(shell("echo out; echo complaint >&2; exit 3")) { next in
            while (try? await next()) != nil {}
        }
        #expect(outcome.status == 3)
        #expect(outcome.complaint == "complaint")
    }

    @Test(.timeLimit(.minutes(1))) func whoeverHasEnoughEndsTheProgram() async throws {
        let (_, first) = try await SystemToolRunner().stream(shell("echo first; exec sleep 1000")) { next in
            try? await next()
        }
        #expect(first == Array("first\n".utf8))
    }

    @Test(.timeLimit(.minutes(1))) func whoeverIsCancelledWaitsForNothingMore() async throws {
        let hasBegun = AsyncStream<Void>.makeStream()
        let call = shell("echo first; exec sleep 1000")
        let task = Task {
            try await SystemToolRunner().stream(call) { next in
                _ = try? await next()
                hasBegun.continuation.finish()
                do {
                    _ = try await next()
                    return false
                } catch { return error is CancellationError }
            }
        }
        for await _ in hasBegun.stream {}
        task.cancel()
        let result = await task.result
        // whether the call as a whole ends with an error is of no matter; that it ends is
        if case .success((_, let wasTold)) = result { #expect(wasTold) }
    }

    @Test func aProgramThatIsNotThereIsNamed() async throws {
        await #expect(throws: ToolError.self) {
            try await SystemToolRunner().stream(ToolInvocation("devenv-no-such-program", [])) { _ in }
        }
    }
}
