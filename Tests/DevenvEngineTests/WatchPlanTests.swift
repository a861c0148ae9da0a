import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage
import Testing

/// When the folders of a machine are begun to be watched, or are no longer.
@Suite struct WatchPlanTests {
    private typealias Fixture = PlanFixture

    private static func machine(watch: Bool = true) -> MachineSpec {
        var machine = Fixture.machine("web")
        machine.folders = [SyncedFolder(source: Located("/src"), target: GuestPath("/srv"), watch: watch)]
        return machine
    }

    private func plan(
        _ state: MachineObservation.State, watch: Bool = true, _ watching: WatchingState?,
        _ make: (Planner) -> Plan = { $0.up(UpOptions()) }
    ) throws -> Plan {
        let spec = Self.machine(watch: watch)
        var desired = Fixture.desired(spec)
        desired.folders = ["/srv": "print"]
        var record = Fixture.record(of: desired)
        record.folders = ["/srv": FolderSync(fingerprint: "print", memory: nil)]
        let name = spec.name.value
        return make(
            Planner(
                graph: try Fixture.graph([spec]), desired: [name: desired], recorded: [name: record],
                observed: [name: MachineObservation(state)], watching: watching.map { [name: $0] } ?? [:]))
    }

    private let folders = machine().folders.map(LiveOrder.Folder.init)

    @Test func foldersAreWatchedOnceTheyAreSent() throws {
        let plan = try plan(.running, nil)
        #expect(plan.lines == ["web: watch"])
        #expect(plan.reasons("web: watch") == ["its folders are to be watched"])
        let sync = try self.plan(.running, nil) { $0.sync() }
        #expect(sync.lines == ["web: sync /srv", "web: watch"])
    }

    @Test func thoseThatAreWatchedAreLeftUndisturbed() throws {
        #expect(try plan(.running, WatchingState(isRunning: true, folders: folders)).lines == [])
    }

    @Test func aWatcherThatHasEndedIsStartedAgain() throws {
        let plan = try plan(.running, WatchingState(isRunning: false, folders: folders))
        #expect(plan.reasons("web: watch") == ["what watches its folders has ended"])
    }

    @Test func otherFoldersTakeTheirPlace() throws {
        let plan = try plan(.running, WatchingState(isRunning: true, folders: []))
        #expect(plan.reasons("web: watch") == ["other folders are to be watched"])
    }

    @Test func theyAreWatchedNoLongerWhereTheEnvfileSaysSo() throws {
        let plan = try plan(.running, watch: false, WatchingState(isRunning: true, folders: folders))
        #expect(plan.reasons("web: watch") == ["its folders are to be watched no longer"])
        #expect(try self.plan(.running, watch: false, nil).lines == [])
    }

    @Test func aMachineThatWasStartedMayBeSomewhereElse() throws {
        let plan = try plan(.stopped, WatchingState(isRunning: false, folders: folders))
        #expect(plan.lines.last == "web: watch")
        let reload = try self.plan(.running, WatchingState(isRunning: true, folders: folders)) {
            $0.reload(UpOptions())
        }
        #expect(reload.reasons("web: watch") == ["was started"])
    }

    @Test func haltEndsWhatWatchesAMachineThatHasStopped() throws {
        let record = Fixture.record(of: Fixture.desired(Self.machine()))
        let observed = [record.identity.name: MachineObservation(.stopped)]
        let halt = TeardownPlanner(recorded: [record], observed: observed, watched: [record.identity.name]).halt()
        #expect(halt.reasons("web: stop") == ["its folders are still watched"])
        #expect(TeardownPlanner(recorded: [record], observed: observed).halt().isEmpty)
    }
}
