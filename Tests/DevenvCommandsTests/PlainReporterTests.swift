import DevenvCommands
import DevenvEngine
import DevenvPluginAPI
import SystemPackage
import Testing

@Suite struct PlainReporterTests {
    private static func show(_ events: [Event], isQuiet: Bool = false, _ outcome: Outcome) -> String {
        let recorder = ConsoleRecorder()
        let reporter = PlainReporter(recorder.console(), isQuiet: isQuiet)
        reporter.begin(outcome.plan)
        events.forEach(reporter.handle)
        reporter.end(outcome)
        #expect(recorder.output.isEmpty)
        return recorder.error
    }

    private static var failed: Outcome {
        var outcome = Outcome(plan: Samples.plan, report: Samples.report, duration: .seconds(2))
        outcome.logs[Samples.db] = "/p/.devenv/machines/db/log"
        return outcome
    }

    @Test func everyLineHasItsMachine() {
        let expected = """
            2 machines to create, 4 steps; 1 machine is up to date
            db    | ==> create (not there yet)
            db    | ==> create: done in 85 ms
            db    | ==> provision postgres (never ran)
            db    | Setting up postgresql
            db    | red\u{FFFD}
            db    | no space
            db    | ==> provision postgres: failed after 1.2 s
            web-1 | ==> create: skipped, as 'db: provision postgres' did not succeed
            error: db: provision postgres: the script 'postgres.sh' ended with exit status 3
                help: correct the script
                logs: 'devenv logs db --log provision-postgres', from .devenv/machines/db/log
            skipped: web-1, waiting for what failed
            Failed on 2 of 2 machines after 2.0 s.

            """
        #expect(Self.show(Samples.failingRun, Self.failed) == expected)
    }

    @Test func whatIsTrueOfSeveralMachinesIsToldOnce() {
        let events = [Event.notice(Samples.db, "slow"), .notice(Samples.web, "slow"), .notice(Samples.web, "old")]
        let lines = Self.show(events, Self.failed).split(separator: "\n")
        #expect(lines.filter { $0.hasSuffix("slow") || $0.hasSuffix("old") } == ["db    | slow", "web-1 | old"])
    }

    @Test func aQuietOneShowsFailuresWithTheirLastLines() {
        let expected = """
            db    | Setting up postgresql
            db    | red\u{FFFD}
            db    | no space
            db    | ==> provision postgres: failed after 1.2 s
            web-1 | ==> create: skipped, as 'db: provision postgres' did not succeed
            error: db: provision postgres: the script 'postgres.sh' ended with exit status 3
                help: correct the script
                logs: 'devenv logs db --log provision-postgres', from .devenv/machines/db/log
            skipped: web-1, waiting for what failed

            """
        #expect(Self.show(Samples.failingRun, isQuiet: true, Self.failed) == expected)
    }

    @Test func onlyTheLastLinesOfAFailedStepAreShownAgain() {
        let step = Samples.plan.steps[1]
        let text = (1...30).map { "line \($0)\n" }.joined()
        let events: [Event] = [
            .started(step), .output(step.id, .standardOutput, Array(text.utf8)),
            .failed(step, Samples.failure, .seconds(1)),
        ]
        let shown = Self.show(events, isQuiet: true, Self.failed)
        #expect(!shown.contains("line 10\n"))
        #expect(shown.contains("line 11\n"))
        #expect(shown.contains("line 30\n"))
    }

    @Test func aProgressBarIsOneOfTheLastLines() {
        let step = Samples.plan.steps[1]
        let bar = (1...100).map { "\r\($0) %" }.joined()
        let events: [Event] = [
            .started(step), .output(step.id, .standardOutput, Array("Fetching\r\n\(bar)\r\nBroken\n".utf8)),
            .failed(step, Samples.failure, .seconds(1)),
        ]
        let lines = Self.show(events, isQuiet: true, Self.failed).split(separator: "\n").prefix(3)
        #expect(lines == ["db    | Fetching", "db    | 100 %", "db    | Broken"])
    }

    @Test func whatElseIsKnownStandsBetweenTheHeadlineAndTheCure() {
        let failure = StepFailure(
            step: Samples.plan.steps[1].id, message: "nobody answers", help: "wait longer",
            details: ["the last lines of its console:", "  \u{1B}[31mkernel\tpanic"])
        var report = ExecutionReport()
        report.failures = [failure]
        let shown = Self.show([], isQuiet: true, Outcome(plan: Samples.plan, report: report, duration: .seconds(2)))
        let expected = """
            error: db: provision postgres: nobody answers
                the last lines of its console:
                  kernel panic
                help: wait longer

            """
        #expect(shown == expected)
    }
}
