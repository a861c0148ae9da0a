import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import Testing

/// Provisioners that depend on others of their machine.
@Suite struct ProvisionOrderTests {
    private typealias Fixture = PlanFixture

    /// The provisioners that run in a machine in which these have succeeded, in order, with the reasons.
    private func plan(
        _ items: [ProvisionerSpec], done: Set<String> = [], _ provisioning: Provisioning = .due
    ) throws -> [(name: String, reason: String)] {
        let wanted = Fixture.desired(Fixture.machine("web", provisioners: items))
        var record = Fixture.record(of: wanted)
        record.provisioners = record.provisioners.filter { done.contains($0.key) }
        let plan = Planner(
            graph: try Fixture.graph([wanted.spec]), desired: [record.identity.name: wanted],
            recorded: [record.identity.name: record], observed: [record.identity.name: MachineObservation(.running)]
        ).up(UpOptions(provisioning: provisioning))
        return plan.steps.compactMap { step in
            guard case .provision(let name) = step.id.action else { return nil }
            return (name, step.reasons.joined())
        }
    }

    @Test func whatAnItemDependsOnGoesBeforeItAndTheRestStaysAsItIs() throws {
        let items = [
            Fixture.shell("app", after: "tools", "base"), Fixture.shell("page"), Fixture.shell("base", after: "root"),
            Fixture.shell("tools"), Fixture.shell("root"),
        ]
        #expect(try plan(items).map(\.name) == ["tools", "root", "base", "app", "page"])
        #expect(try plan(items, done: ["base", "root", "page"]).map(\.name) == ["tools", "app"])
    }

    @Test func whatNeverRunsByItselfRunsWhereItIsNeededUntilItHasSucceeded() throws {
        let items = [
            Fixture.shell("base", run: .never, after: "root"), Fixture.shell("root", run: .never),
            Fixture.shell("app", run: .always, after: "base"), Fixture.shell("other", run: .never),
        ]
        let first = try plan(items)
        #expect(first.map(\.name) == ["root", "base", "app"])
        #expect(first.map(\.reason) == ["'base' depends on it", "'app' depends on it", "has not run"])
        #expect(try plan(items, done: ["root", "base", "app"]).map(\.name) == ["app"])
        #expect(try plan(items, .none).isEmpty)
    }

    @Test func whatIsNamedBringsWhatItDependsOn() throws {
        let items = [Fixture.shell("base"), Fixture.shell("page"), Fixture.shell("app", after: "base")]
        #expect(try plan(items, .named(["app"])).map(\.name) == ["base", "app"])
        #expect(try plan(items, done: ["base"], .named(["app"])).map(\.name) == ["app"])
    }

    @Test func aLongChainRunsFromItsEnd() throws {
        let last = 1_999
        let items =
            (0..<last).map { Fixture.shell("item-\($0)", after: "item-\($0 + 1)") } + [Fixture.shell("item-\(last)")]
        #expect(try plan(items).map(\.name) == (0...last).reversed().map { "item-\($0)" })
    }
}
