import DevenvHost
import Testing

extension AcceptanceProject {
    /// What a command says in a machine that runs; without one in the machine that is meant where none is named.
    func said(
        _ command: String, in machine: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let words = ["ssh"] + (machine.map { [$0] } ?? []) + ["-c", command]
        let outcome = try await binary.run(words, in: directory)
        #expect(outcome.status == 0, "\(command): \(outcome.transcript)", sourceLocation: sourceLocation)
        return outcome.text
    }

    /// Requires that `up` fails, saying this.
    func expectUpFails(saying text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let outcome = try await expect("up", status: 1, sourceLocation: sourceLocation)
        #expect(outcome.errors.contains(text), "\(outcome.transcript)", sourceLocation: sourceLocation)
    }
}
