import DevenvCommands
import DevenvEngine
import DevenvHost
import DevenvModel
import SystemPackage
import Testing

@Suite struct ExitStatusTests {
    @Test(
        arguments: [
            (.done, 0), (.failed, 1), (.invalidEnvfile, 2), (.partlyFailed, 3), (.locked, 4), (.changes, 10),
            (.usage, 64),
            (.interrupted, 130), (.remote(37), 37), (.remote(137), 137),
        ] as [(DevenvCommands.ExitStatus, Int32)])
    func everyEndHasItsNumber(_ status: DevenvCommands.ExitStatus, _ code: Int32) {
        #expect(status.code == code)
    }

    /// The manual pages and the reference say the same.
    @Test func theReferenceHasWhatTheManualSays() throws {
        let path = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
            .pushing("Documentation/cli.md")
        let reference = String(decoding: try HostFiles.read(path) ?? [], as: UTF8.self)
        let table = DevenvCommands.ExitStatus.meanings.map { "| \($0.status.code) | \($0.meaning) |\n" }.joined()
        #expect(reference.contains("| code | meaning |\n|---|---|\n\(table)\n"))
    }

    @Test(
        arguments: [
            (.locked, .locked), (.cancelled, .interrupted), (.box, .failed), (.unknownMachine, .usage),
            (.state, .failed),
        ] as [(EngineError.Code, DevenvCommands.ExitStatus)])
    func failuresOfTheEngineHaveTheirOwnEnds(_ code: EngineError.Code, _ status: DevenvCommands.ExitStatus) {
        let failure = CommandFailure(EngineError(code, "starting 'x': no", help: "wait"))
        #expect(failure.status == status)
        #expect(failure.message == "starting 'x': no")
        #expect(failure.help == "wait")
    }

    @Test func cancellationIsAnInterruption() {
        #expect(CommandFailure(CancellationError()).status == .interrupted)
    }

    @Test func anActionThatFailsOnEveryMachineFails() {
        var report = ExecutionReport()
        report.failures = [Samples.failure]
        let plan = Plan(steps: Array(Samples.plan.steps.prefix(2)))
        #expect(Outcome(plan: plan, report: report, duration: .zero).status == .failed)
    }

    @Test func anActionThatLeavesSomeMachinesDoneFailsPartly() {
        #expect(Outcome(plan: Samples.plan, report: Samples.report, duration: .zero).status == .partlyFailed)
    }

    @Test func anInterruptionOutweighsFailures() {
        var report = Samples.report
        report.wasInterrupted = true
        #expect(Outcome(plan: Samples.plan, report: report, duration: .zero).status == .interrupted)
    }
}
