import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import Testing

/// What is planned for snapshots.
@Suite struct SnapshotPlanTests {
    private typealias Fixture = PlanFixture

    private static let first = SnapshotName(unchecked: "first")

    /// `web` has a snapshot `first`, `db` has none; both exist unless told otherwise.
    private func planner(
        _ states: [String: MachineObservation.State] = ["web": .running, "db": .stopped],
        targets: [String] = ["web", "db"], able: [String] = ["web", "db"],
        change: (inout MachineRecord) -> Void = { _ in }
    ) -> SnapshotPlanner {
        let records = states.keys.sorted().map { name in
            var record = Fixture.record(of: Fixture.desired(Fixture.machine(name)))
            change(&record)
            return record
        }
        let first = MachineSnapshot(name: Self.first, created: 0, isRunning: true)
        let snapshots = able.map { (Fixture.name($0), $0 == "web" ? [first] : []) }
        return SnapshotPlanner(
            targets: targets.map(Fixture.name), recorded: records,
            observed: Dictionary(
                uniqueKeysWithValues: states.map { (Fixture.name($0.key), MachineObservation($0.value)) }),
            snapshots: Dictionary(uniqueKeysWithValues: snapshots))
    }

    private func failure(_ body: () throws(EngineError) -> Plan) -> String? {
        do throws(EngineError) {
            _ = try body()
            return nil
        } catch { return error.description }
    }

    @Test func everyMachineIsSavedByItself() throws {
        let plan = try planner().save(SnapshotName(unchecked: "new"))
        #expect(plan.lines == ["web: save new", "db: save new"])
        #expect(plan.steps.allSatisfy { $0.predecessors.isEmpty })
        #expect(plan.reasons("web: save new") == ["is running: its memory is saved too"])
        #expect(plan.reasons("db: save new") == ["is stopped"])
    }

    @Test(arguments: [
        (MachineObservation.State.suspended, "it is suspended; run 'devenv resume db' first"),
        (.absent, "it is not created; run 'devenv up db' first"),
        (.broken("x"), "it is broken; run 'devenv up db' first"),
        (.unknown("x"), "it is unknown; run 'devenv up db' first"),
    ])
    func aMachineThatCannotBeSavedKeepsTheOthersFromIt(_ state: MachineObservation.State, _ reason: String) {
        let message = failure { () throws(EngineError) in
            try planner(["web": .running, "db": state]).save(SnapshotName(unchecked: "new"))
        }
        #expect(message == "can't save a snapshot of machine 'db': \(reason)")
    }

    @Test func aNameIsGivenOncePerMachine() {
        let message = failure { () throws(EngineError) in try planner().save(Self.first) }
        #expect(
            message
                == "machine 'web' has a snapshot 'first' already; choose another name, or run 'devenv snapshot delete first web'"
        )
    }

    @Test func aMachineThatWasNeverMadeIsNotMissed() throws {
        let some = try planner(["db": .stopped]).save(Self.first)
        #expect(some.lines == ["db: save first"])
        #expect(some.warnings == ["machine 'web' does not exist yet, so nothing of it is saved"])
        let none = failure { () throws(EngineError) in try planner([:]).save(Self.first) }
        #expect(none == "can't save a snapshot of machine 'web': it does not exist yet; run 'devenv up'")
    }

    @Test func aProviderWithoutSnapshotsIsNamed() {
        let message = failure { () throws(EngineError) in
            try planner(able: ["web"]).save(SnapshotName(unchecked: "new"))
        }
        #expect(
            message?.hasPrefix("can't save a snapshot of machine 'db': the provider 'container' is not able to") == true
        )
    }

    @Test func aMachineLeftHalfwayBackIsNotSaved() {
        let message = failure { () throws(EngineError) in
            try planner(change: { $0.restoration = Restoration(snapshot: Self.first, isRunning: true) })
                .save(SnapshotName(unchecked: "new"))
        }
        #expect(message?.contains("it was left halfway back to another; run 'devenv up' first") == true)
    }

    @Test func onlyMachinesWithTheSnapshotAreBroughtBackOrRidOfIt() throws {
        let restore = try planner().restore(Self.first)
        #expect(restore.lines == ["web: restore first"])
        #expect(restore.unchanged == [Fixture.name("db")])
        #expect(restore.warnings == ["machine 'db' has no snapshot 'first'"])
        #expect(try planner().delete(Self.first).lines == ["web: delete first"])
    }

    @Test func aNameThatNobodyHasIsCorrected() {
        let message = failure { () throws(EngineError) in try planner().restore(SnapshotName(unchecked: "frist")) }
        #expect(message == "there is no snapshot 'frist'; did you mean 'first'?")
        let none = failure { () throws(EngineError) in try planner(targets: ["db"], able: ["db"]).delete(Self.first) }
        #expect(none == "there is no snapshot 'first'; no machine has one")
    }

    @Test(arguments: [true, false]) func upCompletesAWayBackFirst(_ isRunning: Bool) throws {
        let spec = Fixture.machine("web", provisioners: [Fixture.shell("deps")])
        var record = Fixture.record(of: Fixture.desired(spec))
        record.restoration = Restoration(snapshot: Self.first, isRunning: isRunning)
        record.provisioners = [:]
        let plan = Planner(
            graph: try Fixture.graph([spec]), desired: [spec.name.value: Fixture.desired(spec)],
            recorded: [spec.name.value: record], observed: [spec.name.value: MachineObservation(.stopped)]
        ).up(UpOptions())
        let start = isRunning ? [] : ["web: start", "web: connect"]
        #expect(plan.lines == ["web: restore first"] + start + ["web: provision deps"])
        #expect(plan.reasons("web: restore first") == ["was left halfway back to it"])
    }
}
