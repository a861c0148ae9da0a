import DevenvCommands
import DevenvEngine
import FoundationEssentials
import Testing

@Suite struct JSONReporterTests {
    /// The keys that every line has, and some of those that tests look at.
    private struct Line: Decodable {
        let schema: Int
        let event: String
        let machine: String?
        let step: String?
        let text: String?
        let status: String?
        let exitCode: Int?
    }

    private static func lines(_ text: String) throws -> [Line] {
        try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    private static func run() -> ConsoleRecorder {
        let recorder = ConsoleRecorder()
        let reporter = JSONReporter(recorder.console())
        reporter.begin(Samples.plan)
        Samples.failingRun.forEach(reporter.handle)
        reporter.end(Outcome(plan: Samples.plan, report: Samples.report, duration: .seconds(2)))
        return recorder
    }

    @Test func everyLineIsAnObjectAndNothingElseIsPrinted() throws {
        let recorder = Self.run()
        let lines = try Self.lines(recorder.output)
        #expect(recorder.error.isEmpty)
        #expect(
            lines.map(\.event) == [
                "plan", "started", "finished", "started", "output", "output", "output", "failed", "skipped",
                "skipped", "result",
            ])
        #expect(lines.allSatisfy { $0.schema == 1 })
    }

    @Test func outputIsGivenLineByLineAsItWas() throws {
        let lines = try Self.lines(Self.run().output).filter { $0.event == "output" }
        #expect(lines.map(\.text) == ["Setting up postgresql", "\u{1B}[31mred\u{1B}[0m\u{7}", "no space"])
        #expect(lines.allSatisfy { $0.machine == "db" && $0.step == "provision postgres" })
    }

    @Test func theResultComesLast() throws {
        let result = try #require(try Self.lines(Self.run().output).last)
        #expect(result.status == "partly-failed")
        #expect(result.exitCode == 3)
    }
}
