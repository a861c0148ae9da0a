import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// Disks of machines that run.
@Suite(.requiresLibvirt, .requiresRoot, .requires(tool: "qemu-img", "qemu-io"))
struct RunningDiskTests {
    @Test func theStoresFileKeepsItsOwnerOverAMachinesLife() async throws {
        try await GuestFixture.with { guest in
            let file = guest.storage.box.layers[0]
            let before = FileFacts(file)
            try await guest.start()
            // QEMU, another user, has it open
            #expect(try await guest.state() == .running)
            #expect(FileFacts(file) == before)
            try await guest.stop()
            #expect(FileFacts(file) == before)
        }
    }

    @Test func aDiskGrowsWhileItsMachineRuns() async throws {
        try await GuestFixture.with { guest in
            try await guest.start()
            let size = ByteCount(bytes: 64 << 20)
            _ = try await guest.storage.storage.prepare(guest.storage.plan { $0.size = size })
            #expect(try guest.storage.capacity(of: guest.files.disk) == size)
            #expect(try await guest.state() == .running)
        }
    }

    @Test func aDiskWithSnapshotsGrowsAndComesBackAsItWas() async throws {
        try await GuestFixture.with { guest in
            try await guest.snapshots.save(.named("small"), of: guest.identity)
            let size = ByteCount(bytes: 64 << 20)
            _ = try await guest.storage.storage.prepare(guest.storage.plan { $0.size = size })
            #expect(try guest.storage.capacity(of: guest.files.disk) == size)
            try await guest.snapshots.restore(.named("small"), of: guest.identity)
            #expect(try guest.storage.capacity(of: guest.files.disk) == StorageFixture.capacity)
        }
    }
}
