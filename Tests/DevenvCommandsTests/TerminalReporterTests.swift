import DevenvCommands
import DevenvDownload
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import Synchronization
import Testing

@Suite struct TerminalReporterTests {
    private static let surface = Console.Surface(isTerminal: true, style: .plain)

    /// What stays on a terminal of this size when everything is over.
    private static func screen(
        _ events: [Event], plan: Plan = Samples.plan, columns: Int, height: Int = 24, frames: Int = 1
    ) -> TerminalScreen {
        let recorder = ConsoleRecorder()
        let reporter = TerminalReporter(
            recorder.console(surface), size: { (columns, height) }, now: { ContinuousClock.epoch })
        reporter.begin(plan)
        for event in events {
            reporter.handle(event)
            for _ in 0..<frames { reporter.refresh() }
        }
        var screen = TerminalScreen(columns: columns, height: height)
        screen.write(recorder.error)
        reporter.end(Outcome(plan: plan, report: Samples.report, duration: .seconds(2)))
        return screen
    }

    @Test func inTheBackgroundOnlyWhatStaysIsWritten() {
        let recorder = ConsoleRecorder()
        let isForeground = Mutex(true)
        let reporter = TerminalReporter(
            recorder.console(Self.surface), size: { (80, 24) }, isForeground: { isForeground.withLock { $0 } },
            now: { ContinuousClock.epoch })
        reporter.begin(Samples.plan)
        reporter.refresh()
        isForeground.withLock { $0 = false }
        let before = recorder.error
        reporter.refresh()
        #expect(recorder.error == before)
        for event in Samples.failingRun { reporter.handle(event) }
        reporter.end(Outcome(plan: Samples.plan, report: Samples.report, duration: .seconds(2)))
        let written = String(recorder.error.dropFirst(before.count))
        #expect(written.contains("✘ db"))
        #expect(!written.contains("\u{1B}[") && !written.contains("├"), "\(written)")
    }

    /// A plan of so many machines with two steps each, and the events by which they begin.
    private static func crowd(_ count: Int) -> (plan: Plan, events: [Event]) {
        let names = (1...count).map { MachineName(unchecked: "node-\($0)") }
        let steps = names.flatMap { [Samples.step($0, .create), Samples.step($0, .provision("app"))] }
        return (Plan(steps: steps), steps.filter { $0.id.action == .create }.map { Event.started($0) })
    }

    @Test func aMachineAtWorkIsATreeOfItsSteps() {
        let screen = Self.screen(Array(Samples.failingRun.prefix(5)), columns: 80)
        #expect(
            screen.lines.map(\.withoutSpinner) == [
                "2 machines to create, 4 steps; 1 machine is up to date",
                "? db     step 2 of 2, 0.0 s",
                "  ├ ✔ create               0.0 s",
                "  └ ? provision postgres   0.0 s",
                "      Setting up postgresql",
                "      red\u{FFFD}",
                "  web-1  waiting",
            ])
    }

    @Test func theLastLinesOfARunningStepAreShown() {
        let step = Samples.plan.steps[1]
        let text = "one\ntwo\n\n10 %\r20 %\rthree\tand \u{1B}[2J漢字\n\nfour"
        let screen = Self.screen(
            [.started(step), .output(step.id, .standardOutput, Array(text.utf8))], columns: 80)
        #expect(screen.lines.suffix(4) == ["      two", "      three and 漢字", "      four", "  web-1  waiting"])
    }

    @Test func whatComesAlongHasABar() {
        let step = Samples.step(Samples.db, .get("debian/12 12.5"))
        let progress = DownloadProgress(received: 30 << 20, total: 60 << 20, rate: 1 << 20, remaining: nil)
        let plan = Plan(steps: [step])
        let tree = Self.screen([.started(step), .download(step.id, .progress(progress))], plan: plan, columns: 60)
        let last = tree.lines.last ?? ""
        #expect(last.hasPrefix("      ━━━━━") && last.hasSuffix("─  50 %  30 MiB of 60 MiB, 1.0 MiB/s"), "\(last)")
        let line = Self.screen(
            [.started(step), .download(step.id, .progress(progress))], plan: plan, columns: 100, height: 4)
        #expect(line.lines.last?.contains("━━─") == true, "\(line.lines)")
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

    @Test func longLinesOfAFailedStepAreFolded() {
        let step = Samples.plan.steps[1]
        let text = String(repeating: "漢", count: 30) + "\n" + String(repeating: "x", count: 4_000) + "\n"
        let events: [Event] = [
            .started(step), .output(step.id, .standardOutput, Array(text.utf8)),
            .failed(step, Samples.failure, .seconds(1)),
        ]
        let lines = Self.screen(events, columns: 40).lines.filter { $0.contains("│") }
        #expect(lines.count == 6 && lines.last?.hasSuffix("x…") == true, "\(lines)")
        #expect(lines.allSatisfy { DisplayWidth.of($0) < 40 })
    }

    @Test func whatIsTrueOfSeveralMachinesIsToldOnce() {
        let events = [Event.notice(Samples.db, "slow"), .notice(Samples.web, "slow"), .notice(Samples.web, "old")]
        let lines = Self.screen(events, columns: 80).lines
        #expect(lines.filter { $0.hasSuffix("slow") || $0.hasSuffix("old") } == ["db: slow", "web-1: old"])
    }

    @Test(arguments: [20, 40, 80, 200])
    func noFrameIsWiderThanTheTerminal(_ columns: Int) {
        let step = Samples.plan.steps[1]
        let garbage = "\u{1B}[31m漢字🚀\u{1B}]0;x\u{7}\t\u{202E}e\u{301}🇩🇪\u{9B}5A" + String(repeating: "😀w", count: 400)
        var events = Array(Samples.failingRun.prefix(5))
        events += [.output(step.id, .standardOutput, Array(garbage.utf8) + [0xFF, 0, 0xC3, 0x28])]
        let screen = Self.screen(events, columns: columns, frames: 5)
        let permanent = columns == 20 ? 3 : columns == 40 ? 2 : 1
        #expect(screen.lines.dropFirst(permanent).allSatisfy { DisplayWidth.of($0) < columns }, "\(screen.lines)")
        #expect(screen.lines.count { $0.contains("web-1") } == 1)
    }

    @Test(arguments: [(1, 24), (3, 24), (30, 24), (30, 5), (30, 100), (3, 5), (30, 4), (7, 24)])
    func aFrameFitsIntoTheWindowAndLeavesNothingInItsHistory(_ count: Int, _ height: Int) {
        let (plan, events) = Self.crowd(count)
        let screen = Self.screen(events, plan: plan, columns: 80, height: height, frames: 3)
        #expect(screen.lines.first == "\(count) machine\(count == 1 ? "" : "s") to create, \(2 * count) steps")
        #expect(screen.lines.count <= max(2, height - 1), "\(screen.lines)")
        #expect(screen.lines.count { $0.contains("node-1 ") } == 1, "\(screen.lines)")
        let isCut = count + 2 > height
        #expect(screen.lines.last?.contains("more") == isCut, "\(screen.lines)")
    }

    @Test func aWindowOfOneRowHasNoRoomForFrames() {
        let (plan, events) = Self.crowd(3)
        #expect(Self.screen(events, plan: plan, columns: 80, height: 1).lines == ["3 machines to create, 6 steps"])
    }

    @Test func aMachineThatIsDoneIsOneLine() {
        let (plan, events) = Self.crowd(2)
        let ends = plan.steps.prefix(2).map { Event.finished($0, .seconds(1)) }
        let lines = Self.screen(events + ends, plan: plan, columns: 80).lines
        #expect(lines[1] == "✔ node-1  created and provisioned in 0 ms")
        #expect(lines[2].withoutSpinner == "? node-2  step 1 of 2, 0.0 s")
    }
}

extension ContinuousClock {
    /// One moment for a whole test.
    fileprivate static let epoch = ContinuousClock.now
}

extension String {
    /// The line with `?` for whatever the spinner shows.
    fileprivate var withoutSpinner: String {
        String(map { "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏".contains($0) ? "?" : $0 })
    }
}
