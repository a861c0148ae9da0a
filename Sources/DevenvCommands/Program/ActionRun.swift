import DevenvEngine
import DevenvModel
import DevenvState
import Synchronization
import SystemPackage

/// What belongs to an operation beside its steps. It runs once they went well and before the last words, as it may fail.
typealias FollowUp = () async throws -> Void

/// Carries an operation out and shows it: what `up`, `halt` and the other actions have in common.
struct ActionRun {
    let context: CommandContext
    let session: ProjectSession
    let output: OutputOptions
    let execution: ExecutionOptions
    /// Whether there may be a question meanwhile, which needs lines that stay where they are.
    var mayAsk = false

    /// Carries it out, with what follows it. With a graph the last words say how the machines are reached.
    func carryOut(
        _ operation: DevenvEngine.Operation, introducing graph: MachineGraph? = nil, then followUp: FollowUp = {}
    ) async throws -> ExitStatus {
        let plan = operation.plan
        if !output.json, !output.quiet {
            context.console.say(PlanText.warnings(plan, style: context.console.messages.style))
        }
        guard !plan.isEmpty else { return try await nothingToDo(operation, followUp) }
        let reporter = LateReporter(makeReporter(), plan)
        context.interruption.whenRequested {
            reporter.handle(.notice(nil, "Interrupted: cleaning up. Once more stops at once."))
        }
        let began = ContinuousClock.now
        let report = try await session.engine.carryOut(
            operation, width: execution.jobs, wait: execution.patience(output, context.console),
            events: { reporter.handle($0) })
        let failure = await failure(of: followUp, after: report)
        var outcome = Outcome(plan: plan, report: report, duration: ContinuousClock.now - began, failure: failure)
        outcome.logs = try logs(of: report)
        if let graph, outcome.status != .interrupted { try await introduce(graph, in: &outcome) }
        reporter.end(outcome)
        return outcome.status
    }

    /// Why what follows did not go well, where the steps did.
    private func failure(of followUp: FollowUp, after report: ExecutionReport) async -> CommandFailure? {
        guard report.failures.isEmpty, !report.wasInterrupted else { return nil }
        do {
            try await followUp()
            return nil
        } catch {
            return context.interruption.failure(error)
        }
    }

    /// Where those machines that failed have written something.
    private func logs(of report: ExecutionReport) throws -> [MachineName: FilePath] {
        var logs: [MachineName: FilePath] = [:]
        for name in Set(report.failures.map(\.step.machine)) {
            let place = session.store.logs(of: name)
            if try !MachineLog.all(in: place).isEmpty { logs[name] = place }
        }
        return logs
    }

    /// How the machines that the plan touched are reached, and what the Envfile says to whoever starts them.
    private func introduce(_ graph: MachineGraph, in outcome: inout Outcome) async throws {
        let touched = Set(outcome.plan.machines)
        outcome.machines = try await session.engine.status(graph, of: touched, seen: outcome.report.reached)
        for name in touched { outcome.messages[name] = graph[name]?.message }
    }

    private func nothingToDo(
        _ operation: DevenvEngine.Operation, _ followUp: FollowUp
    ) async throws -> ExitStatus {
        let plan = operation.plan
        // boxes may have to be pinned yet; and a command that was killed after its last machine's end may have left the
        // project's own state
        _ = try await session.engine.carryOut(
            operation, width: 1, wait: execution.patience(output, context.console), events: { _ in })
        try await followUp()
        if output.json {
            let outcome = Outcome(plan: plan, report: ExecutionReport(), duration: .zero)
            context.console.answer(
                try JSONText.line(PlanDocument(plan, event: "plan")) + JSONText.line(ResultLine(outcome)))
        } else if !output.quiet {
            context.console.say(PlanText.nothing(plan) + "\n")
        }
        return .done
    }

    private func makeReporter() -> any Reporter {
        if output.json { return JSONReporter(context.console) }
        if context.console.messages.isTerminal, !output.quiet, !mayAsk { return TerminalReporter(context.console) }
        return PlainReporter(context.console, isQuiet: output.quiet)
    }
}

/// Begins to show a plan with its first event: only then the locks are ours, and the plan is certain.
private final class LateReporter: Sendable {
    private let reporter: any Reporter
    private let plan: DevenvEngine.Plan
    private let hasBegun = Mutex(false)

    init(_ reporter: any Reporter, _ plan: DevenvEngine.Plan) {
        self.reporter = reporter
        self.plan = plan
    }

    func handle(_ event: Event) {
        begin()
        reporter.handle(event)
    }

    func end(_ outcome: Outcome) {
        begin()
        reporter.end(outcome)
    }

    private func begin() {
        hasBegun.withLock { hasBegun in
            if !hasBegun { reporter.begin(plan) }
            hasBegun = true
        }
    }
}
