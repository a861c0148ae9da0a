import DevenvModel
import DevenvPluginAPI
import Testing

extension ProviderConformance {
    private static let first = SnapshotName(unchecked: "first")
    private static let second = SnapshotName(unchecked: "second")

    func goBack(_ aCase: Case) async throws {
        var one = try request("one")
        one.remember(try await provider.create(one))
        guard provider.features.snapshots else { return try await refuseSnapshots(one.recorded) }
        switch aCase {
        case .snapshotsAreListedOldestFirstAndDeletedOneByOne: try await list(one)
        case .savingARunningMachineLeavesItRunning: try await saveRunning(&one)
        case .restoringBringsBackWhetherItRuns: try await restore(&one)
        case .aSnapshotsNameIsGivenOnce: try await saveTwice(one)
        case .restoringAMissingSnapshotIsRefused:
            try await invalid { () throws(ProviderError) in
                try await provider.restoreSnapshot(Self.first, of: one.recorded)
            }
            #expect(try await observe(one).state == .stopped)
        case .deletingAMissingSnapshotIsFine:
            try await provider.deleteSnapshot(Self.first, of: one.recorded)
            #expect(try await provider.snapshots(of: one.recorded).isEmpty)
        default: try await destroySaved(one)
        }
    }

    private func saveRunning(_ one: inout MachineRequest) async throws {
        one.remember(try await provider.start(one))
        try await provider.saveSnapshot(Self.first, of: one.recorded)
        expectRunning(try await observe(one), one)
        #expect(try await provider.snapshots(of: one.recorded).map(\.isRunning) == [true])
        try await provider.deleteSnapshot(Self.first, of: one.recorded)
        expectRunning(try await observe(one), one)
        #expect(try await provider.snapshots(of: one.recorded).isEmpty)
    }

    private func saveTwice(_ one: MachineRequest) async throws {
        try await provider.saveSnapshot(Self.first, of: one.recorded)
        let before = try await provider.snapshots(of: one.recorded)
        try await invalid { () throws(ProviderError) in
            try await provider.saveSnapshot(Self.first, of: one.recorded)
        }
        #expect(try await provider.snapshots(of: one.recorded) == before)
    }

    private func destroySaved(_ one: MachineRequest) async throws {
        try await provider.saveSnapshot(Self.first, of: one.recorded)
        try await provider.destroy(one.recorded)
        #expect(try await observe(one) == MachineObservation(.absent))
        var again = try request("one")
        again.remember(try await provider.create(again))
        #expect(try await provider.snapshots(of: again.recorded).isEmpty)
    }

    private func list(_ one: MachineRequest) async throws {
        try await provider.saveSnapshot(Self.first, of: one.recorded)
        try await provider.saveSnapshot(Self.second, of: one.recorded)
        #expect(try await observe(one).state == .stopped)
        let all = try await provider.snapshots(of: one.recorded)
        #expect(all.map(\.name) == [Self.first, Self.second])
        #expect(all.map(\.parent) == [nil, Self.first])
        #expect(all.allSatisfy { !$0.isRunning })
        try await provider.deleteSnapshot(Self.first, of: one.recorded)
        let left = try await provider.snapshots(of: one.recorded)
        #expect(left.map(\.name) == [Self.second])
        #expect(left.map(\.parent) == [nil])
        try await provider.restoreSnapshot(Self.second, of: one.recorded)
        try await provider.deleteSnapshot(Self.second, of: one.recorded)
        #expect(try await provider.snapshots(of: one.recorded).isEmpty)
        #expect(try await observe(one).state == .stopped)
    }

    private func restore(_ one: inout MachineRequest) async throws {
        try await provider.saveSnapshot(Self.first, of: one.recorded)
        one.remember(try await provider.start(one))
        try await provider.saveSnapshot(Self.second, of: one.recorded)
        for _ in 0..<2 {
            try await provider.restoreSnapshot(Self.first, of: one.recorded)
            #expect(try await observe(one).state == .stopped)
        }
        for _ in 0..<2 {
            try await provider.restoreSnapshot(Self.second, of: one.recorded)
            #expect(try await observe(one).state == .running)
        }
        #expect(try await provider.snapshots(of: one.recorded).map(\.name) == [Self.first, Self.second])
        // it is a machine like any other
        try await provider.stop(one.recorded, grace: .zero)
        one.remember(try await provider.start(one))
        expectRunning(try await observe(one), one)
    }

    private func refuseSnapshots(_ machine: RecordedMachine) async throws {
        try await refuses { () throws(ProviderError) in _ = try await provider.snapshots(of: machine) }
        try await refuses { () throws(ProviderError) in try await provider.saveSnapshot(Self.first, of: machine) }
        try await refuses { () throws(ProviderError) in try await provider.restoreSnapshot(Self.first, of: machine) }
        try await refuses { () throws(ProviderError) in try await provider.deleteSnapshot(Self.first, of: machine) }
    }

    private func invalid(_ effect: () async throws(ProviderError) -> Void) async throws {
        let error = await #expect(throws: ProviderError.self) { try await effect() }
        #expect(error?.code == .invalidRequest)
    }
}
