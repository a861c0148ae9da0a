import DevenvHost
import Testing

// Machines without operating systems run, and that is all: whatever waits for one fails in the end, having done everything else.

extension ToolOutcome {
    /// Whether a command has done everything but log in to a machine that has no system.
    var hasDoneAllButLogIn: Bool {
        status == 1 && ["no SSH server answers", "has never let in its own key"].contains(where: errors.contains)
    }
}

extension AcceptanceProject {
    /// Brings a machine up in which nobody answers, and requires that it runs.
    func upWithoutSystem(_ machine: String = "one", sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let outcome = try await devenv("up", machine)
        #expect(outcome.hasDoneAllButLogIn, "\(outcome.transcript)", sourceLocation: sourceLocation)
        let seen = try await expect("status", machine, sourceLocation: sourceLocation)
        #expect(seen.text.contains("running"), "\(seen.transcript)", sourceLocation: sourceLocation)
    }

    /// Requires that a command fails with all of some words in what it says.
    func expectFailure(
        of arguments: [String], environment: [String: String] = [:], saying words: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await binary.run(arguments, in: directory, environment: environment)
        #expect(outcome.status == 1, "\(arguments): \(outcome.transcript)", sourceLocation: sourceLocation)
        for text in words {
            #expect(
                outcome.errors.contains(text), "\(arguments): \(outcome.transcript)", sourceLocation: sourceLocation)
        }
    }
}
