import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// Kills at every point of what is done with snapshots.
@Suite(.requiresLibvirt, .requiresRoot, .requires(tool: "qemu-img", "qemu-io"))
struct SnapshotKillTests {
    @Test(arguments: SnapshotTests.kinds, [false, true])
    func aKilledSaveLeavesTheWholeSnapshotOrNone(_ kind: GuestFixture.Kind, running: Bool) async throws {
        try await GuestFixture.with(kind) { guest in
            if running { try await guest.start() }
            let act = guest.act(.save, "work")
            let points = try await act.points(in: guest.storage.directory)
            #expect(points.count >= 3, "\(points)")
            for point in points {
                try await guest.snapshots.delete(.named("work"), of: guest.identity)
                #expect(try await guest.tags() == 0)
                try await act.die(at: point)
                let listed = try await guest.names()
                try await guest.snapshots.settle(guest.identity)
                // what was seen once stays
                let settled = try await guest.names()
                #expect(listed.isEmpty || listed == settled, "after \(point)")
                #expect(try await guest.tags() == settled.count, "after \(point)")
                #expect(try await guest.state() == .running || !running, "after \(point)")
                if settled.isEmpty { try await guest.snapshots.save(.named("work"), of: guest.identity) }
                #expect(try await guest.names() == ["work"], "after \(point)")
            }
        }
    }

    @Test(arguments: SnapshotTests.kinds, [false, true])
    func aKilledRestoreIsCompleted(_ kind: GuestFixture.Kind, running: Bool) async throws {
        try await GuestFixture.with(kind) { guest in
            if running { try await guest.start() }
            try await guest.write(0x77)
            try await guest.snapshots.save(.named("work"), of: guest.identity)
            let act = guest.act(.restore, "work")
            for point in try await act.points(in: guest.storage.directory) {
                try await guest.write(0xA5)
                try await act.die(at: point)
                try await guest.snapshots.settle(guest.identity)
                #expect(try await guest.read() == 0x77, "after \(point)")
                let isActive = try await guest.connection.domainInfo(guest.id).isActive
                #expect(isActive == running, "after \(point)")
                #expect(try await guest.state() == .running || !running, "after \(point)")
            }
        }
    }

    @Test(arguments: SnapshotTests.kinds)
    func aKilledRemovalIsCompleted(_ kind: GuestFixture.Kind) async throws {
        try await GuestFixture.with(kind) { guest in
            let act = guest.act(.delete, "work")
            try await guest.snapshots.save(.named("work"), of: guest.identity)
            for point in try await act.points(in: guest.storage.directory) {
                try await guest.snapshots.save(.named("work"), of: guest.identity)
                try await act.die(at: point)
                #expect(try await guest.names().isEmpty, "after \(point)")
                try await guest.snapshots.settle(guest.identity)
                #expect(try await guest.tags() == 0, "after \(point)")
            }
        }
    }
}

extension GuestFixture {
    fileprivate func act(_ kind: DoomedAct.Kind, _ snapshot: String) -> DoomedAct {
        DoomedAct(kind, to: identity, of: storage, snapshot: snapshot)
    }
}
