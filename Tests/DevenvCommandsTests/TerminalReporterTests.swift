import DevenvCommands
import DevenvEngine
import Testing

@Suite struct TerminalReporterTests {
    private static let surface = Console.Surface(isTerminal: true, style: .plain)

    /// What stays on a terminal of this width when everything is over.
    private static func screen(_ events: [Event], columns: Int, frames: Int = 1) -> TerminalScreen {
        let recorder = ConsoleRecorder()
        let reporter = TerminalReporter(
            recorder.console(surface), size: { (columns, 24) }, now: { ContinuousClock.epoch })
        reporter.begin(Samples.plan)
        for event in events {
            reporter.handle(event)
            for _ in 0..<frames { reporter.refresh() }
        }
        var screen = TerminalScreen(columns: columns)
        screen.write(recorder.error)
        reporter.end(Outcome(plan: Samples.plan, report: Samples.report, duration: .seconds(2)))
        return screen
    }

    @Test func theBlockHasALineForEachMachine() {
        let screen = Self.screen(Array(Samples.failingRun.prefix(5)), columns: 80)
        #expect(
            screen.lines.map(\.withoutSpinner) == [
                "2 machines to create, 4 steps; 1 machine is up to date",
                "? db     provision postgres   0.0 s  red\u{FFFD}",
                "  web-1  waiting",
            ])
    }

    @Test func aFailedMachineLeavesItsLastLines() {
        let screen = Self.screen(Samples.failingRun, columns: 80, frames: 3)
        #expect(
            screen.lines == [
                "2 machines to create, 4 steps; 1 machine is up to date",
                "✘ db     provision postgres failed after 1.2 s; the last that it wrote:",
                "    │ Setting up postgresql", "    │ red\u{FFFD}", "    │ no space", "∅ web-1  skipped",
            ])
    }

    @Test func whatIsTrueOfSeveralMachinesIsToldOnce() {
        let events = [Event.notice(Samples.db, "slow"), .notice(Samples.web, "slow"), .notice(Samples.web, "old")]
        let lines = Self.screen(events, columns: 80).lines
        #expect(lines.filter { $0.hasSuffix("slow") || $0.hasSuffix("old") } == ["db: slow", "web-1: old"])
    }

    @Test(arguments: [20, 40, 80, 200])
    func noFrameIsWiderThanTheTerminal(_ columns: Int) {
        let screen = Self.screen(Array(Samples.failingRun.prefix(5)), columns: columns, frames: 5)
        #expect(screen.lines.dropFirst(screen.lines.count - 2).allSatisfy { $0.count < columns })
        #expect(screen.lines.count { $0.contains("web-1") } == 1)
    }
}

extension ContinuousClock {
    /// One moment for a whole test.
    fileprivate static let epoch = ContinuousClock.now
}

extension String {
    /// The line with `?` for whatever the spinner shows.
    fileprivate var withoutSpinner: String {
        guard let first, "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏".contains(first) else { return self }
        return "?" + dropFirst()
    }
}
