import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// Disks of machines: made once, grown, found and removed by the machine's id.
@Suite(.requiresLibvirt, .requiresRoot, .requires(tool: "qemu-img", "qemu-io"))
struct DiskTests {
    @Test func aDiskShowsItsBoxAndIsAsLarge() async throws {
        try await StorageFixture.with { fixture in
            let files = try await fixture.storage.prepare(fixture.plan())
            #expect(files.disk == fixture.poolDirectory.appending(fixture.identity().rootVolume))
            #expect(files.bases == [try fixture.base()])
            #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
            #expect(try fixture.capacity(of: files.disk) == StorageFixture.capacity)
            #expect(FileFacts(files.disk)?.mode == 0o600)
        }
    }

    @Test func preparingAgainLeavesDataAndGrowsDisks() async throws {
        try await StorageFixture.with { fixture in
            let extra = Self.disk("data", mebibytes: 8)
            let files = try await fixture.storage.prepare(fixture.plan { $0.extraDisks = [extra] })
            try await fixture.write(0x77, to: files.disk)
            try await fixture.write(0xA5, to: files.extraDisks[0])
            _ = try await fixture.storage.prepare(
                fixture.plan {
                    $0.size = ByteCount(bytes: 48 << 20)
                    $0.extraDisks = [Self.disk("new", mebibytes: 4), Self.disk("data", mebibytes: 16)]
                })
            #expect(try await fixture.firstByte(of: files.disk) == 0x77)
            #expect(try await fixture.firstByte(of: files.extraDisks[0]) == 0xA5)
            #expect(try fixture.capacity(of: files.disk) == ByteCount(bytes: 48 << 20))
            #expect(try fixture.capacity(of: files.extraDisks[0]) == ByteCount(bytes: 16 << 20))
            #expect(try fixture.volumes().count == 3)
        }
    }

    @Test func aBoxOfSeveralDisksGivesAMachineAsMany() async throws {
        try await StorageFixture.with { fixture in
            let second = try await StorageFixture.makeBox("second", content: 0xA5, in: fixture.directory)
            let box = BoxImage(
                name: "two", digest: fixture.box.digest, format: .qcow2, layers: fixture.box.layers + second.layers,
                user: "dev")
            for name in ["web", "db"] {
                let plan = DiskPlan(identity: fixture.identity(name), box: box, extraDisks: [Self.disk("data")])
                let files = try await fixture.storage.prepare(plan)
                #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
                #expect(try await fixture.firstByte(of: try #require(files.boxDisks.first).file) == 0xA5)
                try await fixture.write(0x77, to: files.boxDisks[0].file)
                let again = try await fixture.storage.prepare(plan)
                #expect(again == files)
                #expect(try await fixture.firstByte(of: files.boxDisks[0].file) == 0x77)
            }
            #expect(try fixture.volumes().count == 6)
            #expect(try fixture.bases().count == 2, "machines share what is below their disks")
            for name in ["web", "db"] { try await fixture.storage.remove(fixture.identity(name)) }
            let left = try fixture.volumes() + fixture.bases()
            #expect(left.isEmpty)
        }
    }

    @Test func aDiskNeverShrinks() async throws {
        try await StorageFixture.with { fixture in
            _ = try await fixture.storage.prepare(fixture.plan { $0.size = ByteCount(bytes: 64 << 20) })
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.storage.prepare(fixture.plan { $0.size = ByteCount(bytes: 48 << 20) })
            }
            #expect(error?.code == .invalidRequest)
            // one that asks for nothing gets what is there
            _ = try await fixture.storage.prepare(fixture.plan())
        }
    }

    @Test func aDiskSmallerThanItsBoxIsRefusedBeforeAnythingIsMade() async throws {
        try await StorageFixture.with { fixture in
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.storage.prepare(fixture.plan { $0.size = ByteCount(bytes: 1 << 20) })
            }
            #expect(error?.code == .invalidRequest)
            let made = try fixture.volumes() + fixture.bases()
            #expect(made.isEmpty)
        }
    }

    @Test func aDiskThatWentMissingIsReportedAndNeverReplacedByAnEmptyOne() async throws {
        try await StorageFixture.with { fixture in
            let plan = fixture.plan { $0.extraDisks = [Self.disk("data")] }
            let files = try await fixture.storage.prepare(plan)
            _ = try await fixture.storage.prepare(fixture.plan("db"))
            try HostFiles.remove(files.extraDisks[0])
            let machines = ["web", "db"].map { RecordedMachine(identity: fixture.identity($0)) }
            let missing = try await fixture.storage.missing(for: machines)
            #expect(
                missing == [
                    plan.identity.machine: MissingVolumes(disks: [plan.identity.extraVolume(plan.extraDisks[0])])
                ])
            let error = await #expect(throws: ProviderError.self) { try await fixture.storage.prepare(plan) }
            #expect(error?.message.contains("missing") == true)
            #expect(!HostFiles.exists(files.extraDisks[0]))
        }
    }

    @Test func whatAnEndInTheMiddleLeavesIsCompleted() async throws {
        try await StorageFixture.with { fixture in
            let plan = fixture.plan { $0.extraDisks = [Self.disk("data")] }
            let files = try await fixture.storage.prepare(plan)
            // as if only the base and a part of a disk had been made, and nothing noted
            try HostFiles.remove(MachinePlace.machines(in: fixture.directories))
            try HostFiles.remove(files.extraDisks[0])
            try AtomicFile.write([0x51, 0x46], to: files.disk, durable: false)
            // a new daemon looks at what there is
            try await fixture.connection.refresh(pool: fixture.pool.name)
            _ = try await fixture.storage.prepare(plan)
            #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
            #expect(HostFiles.exists(files.extraDisks[0]))
        }
    }

    @Test func volumesAreFoundByTheMachinesIdAlone() async throws {
        try await StorageFixture.with { fixture in
            let plan = fixture.plan { $0.extraDisks = [Self.disk("a"), Self.disk("b")] }
            _ = try await fixture.storage.prepare(plan)
            _ = try await fixture.storage.prepare(fixture.plan("db"))
            try HostFiles.remove(MachinePlace.machines(in: fixture.directories))
            try await fixture.storage.remove(plan.identity)
            #expect(try fixture.volumes() == [fixture.identity("db").rootVolume])
        }
    }

    @Test func volumesAreFoundInAPoolThatIsNoLongerChosen() async throws {
        try await StorageFixture.with { fixture in
            let plan = fixture.plan { $0.extraDisks = [Self.disk("data")] }
            _ = try await fixture.storage.prepare(plan)
            let elsewhere = fixture.storage(pool: .existing("no-such-pool"))
            try await elsewhere.remove(plan.identity)
            #expect(try fixture.volumes().isEmpty)
        }
    }

    @Test func removingWhatIsNotThereIsFine() async throws {
        try await StorageFixture.with { fixture in
            try await fixture.storage.remove(fixture.identity())
            try await fixture.storage.remove(fixture.identity())
            #expect(try await fixture.connection.pool(fixture.pool.name) == nil)
        }
    }

    @Test func aCancelledPreparationCanBeRepeated() async throws {
        try await StorageFixture.with { fixture in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await fixture.storage.prepare(fixture.plan()) }  // whatever it came to
                group.cancelAll()
            }
            let files = try await fixture.storage.prepare(fixture.plan())
            #expect(try await fixture.firstByte(of: files.disk) == StorageFixture.mark)
        }
    }

    private static func disk(_ serial: String, mebibytes: Int64 = 1) -> ExtraDisk {
        ExtraDisk(size: ByteCount(bytes: mebibytes << 20), serial: serial)
    }
}

extension StorageFixture {
    /// Writes a megabyte at the beginning of a disk that no machine uses.
    func write(_ byte: UInt8, to disk: FilePath) async throws {
        try await Self.run("qemu-io", "-f", "qcow2", "-c", "write -q -P \(byte) 0 1M", disk.string)
    }
}
