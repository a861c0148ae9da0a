import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import Testing

/// What a plan says of its steps, and of what it leaves alone.
@Suite struct ReasonTests {
    private typealias Fixture = PlanFixture

    private let spec = Fixture.machine("web", ready: [ReadyCheck(.tcp(80))])

    private func plan(_ wanted: DesiredMachine, _ record: MachineRecord, recreate: Bool = false) throws -> Plan {
        Planner(
            graph: try Fixture.graph([wanted.spec]), desired: [wanted.spec.name.value: wanted],
            recorded: [record.identity.name: record], observed: [record.identity.name: MachineObservation(.running)]
        ).up(UpOptions(recreate: recreate))
    }

    /// A machine with one setting, as it was made and as it is to be.
    private func plan(
        _ key: String, _ old: String, _ new: String, _ impact: MachineSetting.Impact, recreate: Bool = false
    ) throws -> Plan {
        var before = Fixture.desired(spec)
        before.settings = [MachineSetting(key, old, impact: impact)]
        var wanted = before
        wanted.settings = [MachineSetting(key, new, impact: impact)]
        return try plan(wanted, Fixture.record(of: before), recreate: recreate)
    }

    @Test(arguments: [
        (BoxTitle(name: "debian/12", version: "12.5"), "box debian/12 12.4 -> 12.5"),
        (BoxTitle(name: "debian/13", version: "13.1"), "box debian/12 12.4 -> debian/13 13.1"),
        (BoxTitle(name: "team/base", version: nil), "box debian/12 12.4 -> team/base"),
        (BoxTitle(name: "debian/12", version: nil), "box debian/12 12.4 -> another version"),
        (BoxTitle(name: "debian/12", version: "12.4"), "box debian/12 sha256:a -> sha256:b"),
    ])
    func aBoxIsCalledByItsNameAndVersion(_ title: BoxTitle, _ reason: String) throws {
        var record = Fixture.record(of: Fixture.desired(spec))
        record.boxVersion = "12.4"
        var wanted = Fixture.desired(spec, box: "sha256:b")
        wanted.boxTitle = title
        #expect(try plan(wanted, record, recreate: true).reasons("web: destroy") == [reason])
    }

    @Test(arguments: [
        ("20 GiB", "10 GiB", ["web: stop", "web: destroy"]), ("20 GiB", "30 GiB", ["web: stop", "web: start"]),
        ("the box's", "10 GiB", ["web: stop", "web: start"]),
    ])
    func aDiskNeverShrinks(_ old: String, _ new: String, _ first: [String]) throws {
        #expect(try plan("disk", old, new, .restart, recreate: true).lines.prefix(2) == first[...])
        let careful = try plan("disk", old, new, .restart)
        #expect(careful.isEmpty == first.contains("web: destroy"))
        #expect(careful.warnings.isEmpty != careful.isEmpty)
    }

    @Test(arguments: [
        ("forward", "a -> b", "c -> b", "forward was a -> b, becomes c -> b"),
        ("names", "1 machines (0)", "1 machines (1)", "the machines on its networks, or their names, changed"),
        ("cpus", "no limit", "2", "cpus no limit -> 2"),
    ])
    func aChangedSettingIsReadable(_ key: String, _ old: String, _ new: String, _ reason: String) throws {
        #expect(try plan(key, old, new, .live).reasons("web: update") == [reason])
    }

    @Test func changedChecksAreWaitedForAgain() throws {
        let wanted = Fixture.desired(spec)
        var record = Fixture.record(of: wanted)
        record.heldChecks = ["tcp 8080"]
        let plan = try plan(wanted, record)
        #expect(plan.lines == ["web: ready"])
        #expect(plan.reasons("web: ready") == ["the checks changed", "waits for tcp 80"])
        record.heldChecks = ["tcp 80"]
        #expect(try self.plan(wanted, record).isEmpty)
    }

    @Test func aMachineStaysWithItsProviderAndThatIsSaid() throws {
        var spec = spec
        spec.providers = [Located(ProviderName(unchecked: "libvirt"))]
        let plan = try plan(Fixture.desired(spec), Fixture.record(of: Fixture.desired(spec)))
        #expect(plan.isEmpty)
        #expect(
            plan.warnings == [
                "machine 'web' stays one of 'container', and the Envfile wants 'libvirt': only 'devenv destroy web', "
                    + "which loses its data, and another up change that"
            ])
    }

    @Test func aMachineThatIsNotInTheEnvfileAnyMoreIsNamed() throws {
        let old = Fixture.record(of: Fixture.desired(Fixture.machine("old")))
        let plan = try plan(Fixture.desired(spec), old)
        #expect(
            plan.warnings == [
                "machine 'old' is no longer in the Envfile: 'devenv destroy --orphans' removes it, with all data in it"
            ])
    }
}
