package import DevenvModel
import DevenvPluginAPI

/// Carries out plans: every step as early as its edges and the widths allow.
package struct Executor: Sendable {
    /// How many steps run at once.
    package let width: Int
    /// How many steps of the machines of one pool run at once; machines without a pool are bounded by `width` only.
    package let pools: [MachineName: Pool]

    /// Machines whose operations must not be too many at once.
    package struct Pool: Hashable, Sendable {
        /// Its name.
        package let name: String
        /// How many steps may run at once.
        package let width: Int

        /// Makes a pool.
        package init(name: String, width: Int) {
            self.name = name
            self.width = width
        }
    }

    /// Makes an executor; a width below 1 counts as 1.
    package init(width: Int, pools: [MachineName: Pool] = [:]) {
        self.width = max(1, width)
        self.pools = pools
    }

    private enum Outcome: Sendable {
        case leftItsPlace(Step)
        case keptItsPlace
        case finished(Step, Duration)
        case failed(Step, StepFailure, Duration)
    }

    /// Runs the steps of a plan. A step whose predecessor failed is skipped, everything else goes on. Cancelling the task
    /// starts no further step and waits for those that run to end.
    package func run(
        _ plan: Plan, events: @escaping EventHandler,
        perform: @escaping @Sendable (Step) async throws(StepFailure) -> Void
    ) async -> ExecutionReport {
        var agenda = Agenda(plan, width: width, pools: pools)
        var report = ExecutionReport()
        await withTaskGroup(of: Outcome.self) { group in
            repeat {
                while !Task.isCancelled, let step = agenda.next() {
                    events(.started(step))
                    let (leaving, left) = AsyncStream.makeStream(of: Void.self)
                    group.addTask {
                        defer { left.finish() }
                        return await StepPlace.$current.withValue(StepPlace { left.yield() }) {
                            await Self.outcome(of: step, perform)
                        }
                    }
                    group.addTask {
                        for await _ in leaving { return .leftItsPlace(step) }
                        return .keptItsPlace
                    }
                }
                guard let outcome = await group.next() else { break }
                record(outcome, in: &report, &agenda, events)
            } while true
        }
        report.wasInterrupted = Task.isCancelled || report.failures.contains(where: \.isCancellation)
        report.skipped += agenda.remaining
        return report
    }

    private static func outcome(
        of step: Step, _ perform: @Sendable (Step) async throws(StepFailure) -> Void
    ) async -> Outcome {
        let start = ContinuousClock.now
        do throws(StepFailure) {
            try await perform(step)
            return .finished(step, ContinuousClock.now - start)
        } catch {
            return .failed(step, error, ContinuousClock.now - start)
        }
    }

    private func record(
        _ outcome: Outcome, in report: inout ExecutionReport, _ agenda: inout Agenda, _ events: EventHandler
    ) {
        switch outcome {
        case .leftItsPlace(let step): agenda.leave(step)
        case .keptItsPlace: break
        case .finished(let step, let time):
            report.finished.append(step.id)
            agenda.finish(step)
            events(.finished(step, time))
        case .failed(let step, let failure, let time):
            report.failures.append(failure)
            events(.failed(step, failure, time))
            for (skipped, cause) in agenda.fail(step) {
                report.skipped.append(skipped.id)
                events(.skipped(skipped, because: cause))
            }
        }
    }
}
