import DevenvHost
import EnvfileInvariants
import SystemPackage
import Testing

/// The inputs that the fuzz target has found worth keeping, those that once broke something among them.
@Suite struct CorpusTests {
    private static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .appending("Fuzz/Corpus")

    private static func inputs() throws -> [(name: String, bytes: [UInt8])] {
        try HostFiles.list(folder).sorted().map { ($0, try HostFiles.read(folder.appending($0)) ?? []) }
    }

    @Test func whateverAnInputHoldsTheInvariantsHold() throws {
        let inputs = try Self.inputs()
        #expect(inputs.count > 100)
        for input in inputs {
            let violations = EnvfileInvariants.violations(of: input.bytes)
            #expect(violations == [], "\(input.name)")
        }
    }

    /// Swift's hashes, and with them the order of sets, differ from one process to the next.
    @Test func everyProcessReadsTheSame() async throws {
        let first = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            try CorpusTests.printOutlines()
        }
        let second = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            try CorpusTests.printOutlines()
        }
        let output = try #require(first).standardOutputContent
        #expect(output.count > 100_000)
        #expect(output == second?.standardOutputContent)
    }

    private static func printOutlines() throws {
        let text = try inputs().map { EnvfileInvariants.outline(of: $0.bytes) }.joined(separator: "\n")
        try FileDescriptor.standardOutput.writeAll(text.utf8)
    }
}
