import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import Synchronization
import Testing

@Suite struct ExecutorTests {
    /// What ran, in order, and how much at once.
    private final class Diary: Sendable {
        private let state = Mutex<(lines: [String], running: Int, peak: Int)>(([], 0, 0))

        func begin(_ step: Step) {
            state.withLock { state in
                state.lines.append(step.id.machine.rawValue)
                state.running += 1
                state.peak = max(state.peak, state.running)
            }
        }

        func end() { state.withLock { $0.running -= 1 } }
        var lines: [String] { state.withLock { $0.lines } }
        var peak: Int { state.withLock { $0.peak } }
    }

    private func step(_ name: String, after predecessors: String...) -> Step {
        Step(
            StepID(PlanFixture.name(name), .create), reasons: [],
            after: predecessors.map { StepID(PlanFixture.name($0), .create) })
    }

    private func run(
        _ steps: [Step], width: Int = 8, pools: [MachineName: Executor.Pool] = [:], failing: Set<String> = []
    ) async -> (report: ExecutionReport, diary: Diary) {
        let diary = Diary()
        let report = await Executor(width: width, pools: pools).run(Plan(steps: steps), events: { _ in }) {
            step throws(StepFailure) in
            diary.begin(step)
            for _ in 0..<20 { await Task.yield() }
            diary.end()
            if failing.contains(step.id.machine.rawValue) { throw StepFailure(step: step.id, message: "broke") }
        }
        return (report, diary)
    }

    @Test func aStepRunsAfterAllThatItWaitsFor() async {
        let (report, diary) = await run([
            step("a"), step("b", after: "a"), step("c", after: "a"), step("d", after: "b", "c"),
        ])
        #expect(diary.lines.first == "a")
        #expect(diary.lines.last == "d")
        #expect(report.finished.count == 4)
    }

    @Test func aFailureSkipsWhatRestsOnItAndNothingElse() async {
        let steps = [
            step("a"), step("b", after: "a"), step("c", after: "b"), step("other"), step("more", after: "other"),
        ]
        let (report, diary) = await run(steps, failing: ["a"])
        #expect(Set(diary.lines) == ["a", "other", "more"])
        #expect(report.failures.map(\.step.machine.rawValue) == ["a"])
        #expect(report.skipped.map(\.machine.rawValue) == ["b", "c"])
        #expect(Set(report.failedMachines.map(\.rawValue)) == ["a", "b", "c"])
    }

    @Test func everyFailureIsReportedOnce() async {
        let (report, _) = await run([step("a"), step("b"), step("c", after: "a", "b")], failing: ["a", "b"])
        #expect(Set(report.failures.map(\.step.machine.rawValue)) == ["a", "b"])
        #expect(report.skipped.count == 1)
    }

    @Test(arguments: [1, 2, 5])
    func noMoreStepsRunAtOnceThanTheWidthAllows(_ width: Int) async {
        let (_, diary) = await run((0..<20).map { step("m\($0)") }, width: width)
        #expect(diary.peak <= width)
        #expect(diary.lines.count == 20)
    }

    @Test func aPoolBoundsItsOwnMachines() async {
        let steps = (0..<10).map { step("m\($0)") }
        let pool = Executor.Pool(name: "slow", width: 1)
        let pools = Dictionary(uniqueKeysWithValues: steps.map { ($0.id.machine, pool) })
        let (report, diary) = await run(steps, pools: pools)
        #expect(diary.peak == 1)
        #expect(report.finished.count == 10)
    }

    @Test func aStepThatOnlyWaitsLetsAnotherBegin() async {
        let begun = Mutex<Set<String>>([])
        let pools = Dictionary(
            uniqueKeysWithValues: ["a", "b", "c"].map {
                (PlanFixture.name($0), Executor.Pool(name: "pool", width: 1))
            })
        let executor = Executor(width: 1, pools: pools)
        let plan = Plan(steps: [step("a"), step("b"), step("c", after: "b")])
        let report = await executor.run(plan, events: { _ in }) { step throws(StepFailure) in
            begun.withLock { _ = $0.insert(step.id.machine.rawValue) }
            guard step.id.machine.rawValue == "a" else { return }
            StepPlace.current?.leave()
            StepPlace.current?.leave()
            // ends only when the others have been and gone in its place
            while !begun.withLock({ $0.contains("c") }), !Task.isCancelled { await Task.yield() }
        }
        #expect(report.finished.map(\.machine.rawValue) == ["b", "c", "a"])
    }

    @Test func aCancelledRunStartsNothingMore() async {
        let steps = [step("a"), step("b", after: "a")]
        let task = Task {
            await Executor(width: 1).run(Plan(steps: steps), events: { _ in }) { step throws(StepFailure) in
                while !Task.isCancelled { await Task.yield() }
                throw StepFailure(step: step.id, message: "interrupted", isCancellation: true)
            }
        }
        task.cancel()
        let report = await task.value
        #expect(report.wasInterrupted)
        #expect(report.finished.isEmpty)
        #expect(report.skipped.contains { $0.machine.rawValue == "b" })
    }

    @Test func aLongChainRunsToItsEnd() async {
        let steps = (0..<5_000).map { $0 == 0 ? step("m0") : step("m\($0)", after: "m\($0 - 1)") }
        let report = await Executor(width: 4).run(Plan(steps: steps), events: { _ in }) { _ throws(StepFailure) in }
        #expect(report.finished.count == 5_000)
    }
}
