import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import Testing

/// What is planned where a box is made of a machine.
@Suite struct PackagePlanTests {
    private typealias Fixture = PlanFixture
    private static let order = Packaging(name: "team/base")

    private func plan(
        _ state: MachineObservation.State, _ order: Packaging = order, isStopping: Bool = false,
        change: (inout MachineRecord) -> Void = { _ in }
    ) throws(EngineError) -> Plan {
        var record = Fixture.record(of: Fixture.desired(Fixture.machine("web")))
        change(&record)
        return try PackagePlanner(record: record, state: state).plan(order, isStopping: isStopping)
    }

    @Test func aStoppedMachineIsPackaged() throws {
        let plan = try plan(.stopped)
        #expect(plan.lines == ["web: package team/base"])
        #expect(
            plan.reasons("web: package team/base") == ["without its keys, whom it lets in, its id, logs and histories"])
        #expect(plan.warnings == [])
    }

    @Test(arguments: [MachineObservation.State.running, .suspended])
    func aMachineThatRunsIsStoppedFirstWhereThatWasAskedFor(_ state: MachineObservation.State) throws {
        let plan = try plan(state, isStopping: true)
        #expect(plan.lines == ["web: stop", "web: package team/base"])
        #expect(plan.steps[1].predecessors == [plan.steps[0].id])
    }

    @Test(arguments: [
        (MachineObservation.State.running, "it is running; run 'devenv halt web' first, or add --stop"),
        (.suspended, "it is suspended; run 'devenv halt web' first, or add --stop"),
        (.absent, "it does not exist; run 'devenv up web' first"), (.broken("its disk is gone"), "its disk is gone"),
    ])
    func aMachineInAnotherStateIsNot(_ state: MachineObservation.State, _ reason: String) {
        let error = #expect(throws: EngineError.self) { _ = try plan(state) }
        #expect(error?.description == "can't package machine 'web': \(reason)")
    }

    @Test(arguments: [MachineObservation.State.running, .suspended, .stopped])
    func aSnapshotIsPackagedWhateverTheMachineDoes(_ state: MachineObservation.State) throws {
        let plan = try plan(state, Packaging(name: "team/base", snapshot: SnapshotName(unchecked: "clean")))
        #expect(plan.lines == ["web: package team/base"])
        #expect(
            plan.reasons("web: package team/base") == [
                "as it was in the snapshot 'clean', without its keys, whom it lets in, its id, logs and histories"
            ])
    }

    @Test func aHalfMadeMachineIsNot() {
        let error = #expect(throws: EngineError.self) { _ = try plan(.stopped) { $0.phase = .creating } }
        #expect(error?.message == "can't package machine 'web': it is half made")
    }

    @Test func whatStaysInIsSaidBeforehand() throws {
        let plan = try plan(.stopped, Packaging(name: "base", keepsIdentity: true))
        #expect(plan.warnings.count == 1)
        #expect(plan.warnings.first?.contains("its keys, whom it lets in, its logs") == true)
    }
}
