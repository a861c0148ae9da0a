import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import Testing

@Suite struct DependencyPlanTests {
    private typealias Fixture = PlanFixture

    private func plan(_ condition: DependencyCondition) throws -> Plan {
        let database = Fixture.machine("db", provisioners: [Fixture.shell("init")], ready: [ReadyCheck(.tcp(5432))])
        let web = Fixture.machine("web", after: [("db", condition)], provisioners: [Fixture.shell("app")])
        let graph = try Fixture.graph([web, database])
        let desired = Dictionary(uniqueKeysWithValues: [web, database].map { ($0.name.value, Fixture.desired($0)) })
        return Planner(graph: graph, desired: desired, recorded: [:], observed: [:]).up(UpOptions())
    }

    @Test(arguments: [
        (DependencyCondition.created, "db: create"), (.running, "db: connect"), (.provisioned, "db: provision init"),
        (.ready, "db: ready"),
    ])
    func workInsideAMachineWaitsForTheConditionOfTheOther(_ condition: DependencyCondition, _ awaited: String) throws {
        let plan = try plan(condition)
        #expect(plan.predecessors("web: provision app") == ["web: connect", awaited])
    }

    @Test func machinesAreMadeAndBootedSideBySide() throws {
        let plan = try plan(.ready)
        #expect(plan.predecessors("web: create") == [])
        #expect(plan.predecessors("web: start") == ["web: create"])
        #expect(plan.predecessors("web: connect") == ["web: start"])
    }

    @Test func everyStepStandsAfterThoseThatItWaitsFor() throws {
        let plan = try plan(.ready)
        var seen: Set<StepID> = []
        for step in plan.steps {
            #expect(step.predecessors.allSatisfy(seen.contains))
            seen.insert(step.id)
        }
    }

    @Test func machinesAreStoppedBeforeThoseThatTheyWaitFor() throws {
        let database = Fixture.desired(Fixture.machine("db"))
        let web = Fixture.desired(Fixture.machine("web", after: [("db", .ready)]))
        let records = [database, web].map(Fixture.record)
        let running = Dictionary(uniqueKeysWithValues: records.map { ($0.identity.name, MachineObservation(.running)) })
        let halt = TeardownPlanner(recorded: records, observed: running).halt()
        #expect(halt.lines == ["web: stop", "db: stop"])
        #expect(halt.predecessors("db: stop") == ["web: stop"])
        #expect(TeardownPlanner(recorded: records).destroy().lines == ["web: destroy", "db: destroy"])
    }

    @Test func recordsThatContradictEachOtherStillEnd() {
        let one = Fixture.desired(Fixture.machine("one", after: [("two", .ready)]))
        let two = Fixture.desired(Fixture.machine("two", after: [("one", .ready)]))
        let plan = TeardownPlanner(recorded: [one, two].map(Fixture.record)).destroy()
        #expect(Set(plan.lines) == ["one: destroy", "two: destroy"])
        #expect(plan.steps.map(\.predecessors) == [[], []])
    }
}
