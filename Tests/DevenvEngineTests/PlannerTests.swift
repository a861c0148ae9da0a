import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage
import Testing

@Suite struct PlannerTests {
    private typealias Fixture = PlanFixture

    private func plan(
        _ spec: MachineSpec, wanted: DesiredMachine? = nil, recorded: MachineRecord?,
        observed: MachineObservation.State,
        drift: [String] = [], _ options: UpOptions = UpOptions()
    ) throws -> Plan {
        let name = spec.name.value
        return Planner(
            graph: try Fixture.graph([spec]), desired: [name: wanted ?? Fixture.desired(spec)],
            recorded: recorded.map { [name: $0] } ?? [:], observed: [name: MachineObservation(observed, drift: drift)]
        ).up(options)
    }

    private func machine() -> MachineSpec {
        Fixture.machine(
            "web", provisioners: [Fixture.shell("deps"), Fixture.shell("app")], ready: [ReadyCheck(.tcp(80))])
    }

    @Test func aNewMachineIsMadeStartedProvisionedAndChecked() throws {
        let plan = try plan(machine(), recorded: nil, observed: .absent)
        #expect(
            plan.lines == [
                "web: create", "web: start", "web: connect", "web: provision deps", "web: provision app", "web: ready",
            ])
        #expect(plan.reasons("web: create") == ["does not exist yet"])
        #expect(plan.predecessors("web: provision app") == ["web: provision deps"])
    }

    @Test func aMachineThatIsAsItShouldBeNeedsNothing() throws {
        let spec = machine()
        let plan = try plan(spec, recorded: Fixture.record(of: Fixture.desired(spec)), observed: .running)
        #expect(plan.isEmpty)
        #expect(plan.unchanged == [spec.name.value])
    }

    @Test func aStoppedMachineIsOnlyStarted() throws {
        let spec = machine()
        let plan = try plan(spec, recorded: Fixture.record(of: Fixture.desired(spec)), observed: .stopped)
        #expect(plan.lines == ["web: start", "web: connect", "web: ready"])
    }

    @Test func aMachineThatVanishedIsMadeAgainAndProvisionedFromTheStart() throws {
        let spec = machine()
        let plan = try plan(spec, recorded: Fixture.record(of: Fixture.desired(spec)), observed: .absent)
        #expect(plan.lines.first == "web: create")
        #expect(plan.lines.contains("web: provision deps"))
        #expect(plan.reasons("web: create") == ["is gone: it was removed behind devenv's back"])
    }

    @Test(arguments: [MachineRecord.Phase.creating, .destroying])
    func aMachineLeftHalfwayIsMadeWhole(_ phase: MachineRecord.Phase) throws {
        let spec = machine()
        var record = Fixture.record(of: Fixture.desired(spec))
        record.phase = phase
        let plan = try plan(spec, recorded: record, observed: .stopped)
        #expect(plan.lines.prefix(2) == ["web: create", "web: start"])
    }

    @Test func aChangeThatNeedsARestartSaysFromWhatToWhat() throws {
        let spec = machine()
        let record = Fixture.record(of: Fixture.desired(spec))
        let plan = try plan(spec, wanted: Fixture.desired(spec, memory: "1 GiB"), recorded: record, observed: .running)
        #expect(plan.lines == ["web: stop", "web: start", "web: connect", "web: ready"])
        #expect(plan.reasons("web: stop") == ["memory 512 MiB -> 1 GiB: needs a restart"])
        #expect(plan.reasons("web: start") == ["was stopped for that"])
    }

    @Test func aChangeThatLosesDataWaitsToBeAskedFor() throws {
        let spec = machine()
        let record = Fixture.record(of: Fixture.desired(spec))
        let wanted = Fixture.desired(spec, box: "sha256:b")
        let refused = try plan(spec, wanted: wanted, recorded: record, observed: .running)
        #expect(refused.isEmpty)
        #expect(
            refused.warnings == [
                "machine 'web': box debian/12 sha256:a -> sha256:b: needs --recreate, which loses all data in it"
            ])
        let asked = try plan(spec, wanted: wanted, recorded: record, observed: .running, UpOptions(recreate: true))
        #expect(asked.lines.prefix(4) == ["web: stop", "web: destroy", "web: create", "web: start"])
        #expect(asked.lines.contains("web: provision deps"))
        #expect(asked.warnings == ["machine 'web' is destroyed and made again: all data in it is lost"])
    }

    @Test func aLiveChangeIsAppliedWithoutARestart() throws {
        let spec = machine()
        var record = Fixture.record(of: Fixture.desired(spec))
        record.settings = record.settings.filter { $0.key != "forward" }
        let plan = try plan(spec, recorded: record, observed: .running)
        #expect(plan.lines == ["web: update", "web: ready"])
        #expect(plan.reasons("web: update") == ["forward none -> 8080"])
    }

    @Test func driftIsPutRight() throws {
        let spec = machine()
        let record = Fixture.record(of: Fixture.desired(spec))
        let plan = try plan(spec, recorded: record, observed: .running, drift: ["the forward of port 8080 is gone"])
        #expect(plan.lines == ["web: start", "web: ready"])
        #expect(plan.reasons("web: start") == ["the forward of port 8080 is gone"])
    }

    @Test func nothingIsDoneToAMachineWhoseStateIsUnknown() throws {
        let spec = machine()
        let record = Fixture.record(of: Fixture.desired(spec))
        let plan = try plan(spec, recorded: record, observed: .unknown("no answer"))
        #expect(plan.isEmpty)
        #expect(plan.warnings.first?.contains("no answer") == true)
    }

    @Test func aChangedScriptRunsAgainAndSaysWhatChanged() throws {
        let spec = machine()
        let record = Fixture.record(of: Fixture.desired(spec))
        var wanted = Fixture.desired(spec)
        wanted.provisioners["app"] = ProvisionerFingerprint(parts: ["script": "digest-2"])
        let plan = try plan(spec, wanted: wanted, recorded: record, observed: .running)
        #expect(plan.lines == ["web: provision app", "web: ready"])
        #expect(plan.reasons("web: provision app") == ["script changed"])
    }

    @Test func aFailedProvisionerAndThoseAfterItRun() throws {
        let spec = machine()
        var record = Fixture.record(of: Fixture.desired(spec))
        let failed = ProvisionerRun(
            fingerprint: ProvisionerFingerprint(parts: ["script": "digest-1"]), succeeded: false, exitStatus: 3,
            endedAt: 0, starts: 0)
        record.provisioners = ["deps": failed]
        let plan = try plan(spec, recorded: record, observed: .running)
        #expect(plan.lines.prefix(2) == ["web: provision deps", "web: provision app"])
        #expect(plan.reasons("web: provision deps") == ["failed last time"])
        #expect(plan.reasons("web: provision app") == ["has not run"])
    }

    @Test(arguments: [
        (RunPolicy.changed, Provisioning.due, false), (.once, .due, false), (.always, .due, true),
        (.never, .due, false),
        (.never, .all, false), (.changed, .all, true), (.never, .named(["item"]), true),
        (.never, .named(["shell"]), false),
        (.once, .named(["shell"]), true), (.always, .none, false),
    ])
    func policiesDecideWhetherAProvisionerThatHasRunRunsAgain(
        _ policy: RunPolicy, _ provisioning: Provisioning, _ expected: Bool
    ) throws {
        let spec = Fixture.machine("web", provisioners: [Fixture.shell("item", run: policy)])
        let record = Fixture.record(of: Fixture.desired(spec))
        let plan = try plan(spec, recorded: record, observed: .running, UpOptions(provisioning: provisioning))
        #expect(plan.lines.contains("web: provision item") == expected)
    }

    @Test func whatRunsAtEachStartRunsAfterAStartAndNotOtherwise() throws {
        let spec = Fixture.machine("web", provisioners: [Fixture.shell("service", run: .boot)])
        var record = Fixture.record(of: Fixture.desired(spec))
        let running = try plan(spec, recorded: record, observed: .running)
        #expect(running.isEmpty)
        let stopped = try plan(spec, recorded: record, observed: .stopped)
        #expect(stopped.lines == ["web: start", "web: connect", "web: provision service"])
        record.starts += 1
        let startedByAKilledCommand = try plan(spec, recorded: record, observed: .running)
        #expect(startedByAKilledCommand.lines == ["web: connect", "web: provision service"])
    }

    @Test func whatAProviderDoesOnceAMachineAnswersIsDoneOnceForEachStart() throws {
        let spec = Fixture.machine("web", provisioners: [Fixture.shell("app")])
        var wanted = Fixture.desired(spec)
        wanted.tasksOnceReachable = ["one thing", "another"]
        var record = Fixture.record(of: wanted)
        let new = try plan(spec, wanted: wanted, recorded: nil, observed: .absent)
        #expect(
            new.lines == ["web: create", "web: start", "web: connect", "web: customize", "web: provision app"])
        #expect(new.reasons("web: customize") == ["one thing", "another"])
        #expect(try plan(spec, wanted: wanted, recorded: record, observed: .running).isEmpty)
        #expect(
            try plan(spec, wanted: wanted, recorded: record, observed: .stopped).lines
                == ["web: start", "web: connect", "web: customize"])
        let drifted = try plan(spec, wanted: wanted, recorded: record, observed: .running, drift: ["a rule is gone"])
        #expect(drifted.lines == ["web: start"])
        record.starts += 1
        let startedByAKilledCommand = try plan(spec, wanted: wanted, recorded: record, observed: .running)
        #expect(startedByAKilledCommand.lines == ["web: connect", "web: customize"])
        record.answeredStart = record.starts
        let waitedForByAKilledCommand = try plan(spec, wanted: wanted, recorded: record, observed: .running)
        #expect(waitedForByAKilledCommand.lines == ["web: customize"])
    }

    @Test func aFolderIsSyncedWhenItHasChanged() throws {
        var spec = machine()
        spec.folders = [SyncedFolder(source: Located("/project/app"), target: GuestPath("/srv/app"))]
        var record = Fixture.record(of: Fixture.desired(spec))
        let unchanged = try plan(spec, recorded: record, observed: .running)
        #expect(unchanged.isEmpty)
        record.folders["/srv/app"] = FolderSync(fingerprint: "tree-0", memory: nil)
        let plan = try plan(spec, recorded: record, observed: .running)
        #expect(plan.lines == ["web: sync /srv/app", "web: ready"])
        #expect(plan.reasons("web: sync /srv/app") == ["app changed"])
    }
}
