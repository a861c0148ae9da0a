import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import Testing

/// What is planned for machines that are paused.
@Suite struct PausePlanTests {
    private typealias Fixture = PlanFixture

    private let spec = Fixture.machine(
        "web", provisioners: [Fixture.shell("deps"), Fixture.shell("at-boot", run: .boot)],
        ready: [ReadyCheck(.tcp(80))])

    private func plan(
        _ state: MachineObservation.State, suspends: Bool = true, memory: String = "512 MiB", box: String = "sha256:a",
        recreate: Bool = false, change: (inout MachineRecord) -> Void = { _ in }
    ) throws -> Plan {
        var record = Fixture.record(of: Fixture.desired(spec))
        change(&record)
        let name = spec.name.value
        let desired = Fixture.desired(spec, memory: memory, box: box, suspends: suspends)
        return Planner(
            graph: try Fixture.graph([spec]), desired: [name: desired], recorded: [name: record],
            observed: [name: MachineObservation(state)]
        ).up(UpOptions(recreate: recreate))
    }

    @Test func aSuspendedMachineGoesOnAndNothingThatBelongsToABootIsDone() throws {
        let plan = try plan(.suspended)
        #expect(plan.lines == ["web: resume", "web: ready"])
        #expect(plan.reasons("web: resume") == ["is suspended"])
    }

    @Test func aSuspendedMachineOfAProviderThatCannotResumeIsStarted() throws {
        let plan = try plan(.suspended, suspends: false)
        #expect(plan.lines == ["web: start", "web: connect", "web: provision at-boot", "web: ready"])
    }

    @Test func aChangeThatNeedsARestartComesAfterTheResumeSoThatTheMachineCanShutDown() throws {
        let plan = try plan(.suspended, memory: "1 GiB")
        #expect(
            plan.lines == [
                "web: resume", "web: stop", "web: start", "web: connect", "web: provision at-boot", "web: ready",
            ])
    }

    @Test func aMachineThatIsReplacedIsNotResumedFirst() throws {
        let asked = try plan(.suspended, box: "sha256:b", recreate: true)
        #expect(asked.lines.prefix(2) == ["web: destroy", "web: create"])
        let refused = try plan(.suspended, box: "sha256:b")
        #expect(refused.lines == ["web: resume", "web: ready"])
        #expect(refused.warnings.count == 1)
    }

    @Test func aMachineThatWasNotWaitedForWhenItWentOnIsWaitedForNow() throws {
        let plan = try plan(.running) { $0.isComingBack = true }
        #expect(plan.lines == ["web: resume", "web: ready"])
        #expect(plan.reasons("web: resume") == ["goes on, but was not waited for"])
    }

    @Test func whatWaitsForASuspendedMachineWaitsForItsResume() throws {
        let app = Fixture.machine("app", after: [("web", .running)], provisioners: [Fixture.shell("setup")])
        let web = Fixture.machine("web")
        let records = [app, web].map { Fixture.record(of: Fixture.desired($0)) }
        let plan = Planner(
            graph: try Fixture.graph([app, web]),
            desired: [
                web.name.value: Fixture.desired(web, suspends: true),
                app.name.value: Fixture.desired(app, suspends: true),
            ], recorded: [web.name.value: records[1]],
            observed: [web.name.value: MachineObservation(.suspended)]
        ).up(UpOptions())
        #expect(plan.predecessors("app: provision setup").contains("web: resume"))
    }

    private func teardown(_ states: [String: MachineObservation.State]) -> TeardownPlanner {
        let db = Fixture.machine("db")
        let app = Fixture.machine("app", after: [("db", .ready)])
        let records = [app, db].map { Fixture.record(of: Fixture.desired($0)) }
        let observed = states.map { (Fixture.name($0.key), MachineObservation($0.value)) }
        return TeardownPlanner(recorded: records, observed: Dictionary(uniqueKeysWithValues: observed))
    }

    @Test func machinesThatWaitForOthersAreSuspendedBeforeThem() {
        let plan = teardown(["app": .running, "db": .running]).suspend()
        #expect(plan.lines == ["app: suspend", "db: suspend"])
        #expect(plan.predecessors("db: suspend") == ["app: suspend"])
    }

    @Test func onlyWhatRunsIsSuspendedAndOnlyWhatIsSuspendedGoesOn() {
        let planner = teardown(["app": .stopped, "db": .suspended])
        #expect(planner.suspend().isEmpty)
        #expect(planner.suspend().unchanged == [Fixture.name("app"), Fixture.name("db")])
        let resume = planner.resume()
        #expect(resume.lines == ["db: resume"])
        #expect(resume.warnings == ["machine 'app' is not suspended; 'devenv up app' starts it"])
    }

    @Test func allGoOnSideBySide() {
        let plan = teardown(["app": .suspended, "db": .suspended]).resume()
        #expect(Set(plan.lines) == ["app: resume", "db: resume"])
        #expect(plan.steps.allSatisfy { $0.predecessors.isEmpty })
    }

    @Test func aMachineWhoseStateIsUnknownIsNeitherSuspendedNorResumedButHalted() {
        let planner = teardown(["app": .unknown("no answer"), "db": .suspended])
        #expect(planner.suspend().lines.isEmpty)
        #expect(planner.suspend().warnings.first?.contains("no answer") == true)
        #expect(planner.resume().lines == ["db: resume"])
        #expect(planner.halt().lines == ["app: stop", "db: stop"])
        #expect(planner.halt().reasons("db: stop") == ["is suspended"])
    }

    @Test func aMachineThatHasNotAnsweredSinceItsStartIsWaitedForBeforeAnythingElse() throws {
        let plan = try plan(.running) { $0.starts = 1 }
        #expect(plan.lines.prefix(2) == ["web: connect", "web: provision at-boot"])
        #expect(plan.reasons("web: connect") == ["has not answered since it was started"])
        #expect(try self.plan(.running).isEmpty)
    }
}
