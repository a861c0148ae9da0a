import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// Snapshots of real machines, whoever makes them: libvirt, or devenv where libvirt can't.
@Suite(.requiresLibvirt, .requiresRoot, .requires(tool: "qemu-img", "qemu-io"))
struct SnapshotTests {
    /// One whose snapshots libvirt makes, and two whose it does not.
    static let kinds = [GuestFixture.Kind(extraDisks: 1), GuestFixture.Kind(usesUEFI: true, extraDisks: 1), .rawDisk]

    @Test(arguments: kinds)
    func aStoppedMachineComesBackStopped(_ kind: GuestFixture.Kind) async throws {
        try await GuestFixture.with(kind) { guest in
            let last = kind.extraDisks
            if last > 0 { try await guest.write(StorageFixture.mark, to: last) }
            try await guest.snapshots.save(.named("clean"), of: guest.identity)
            try await guest.write(0x77)
            try await guest.write(0xA5, to: last)
            try await guest.start()
            try await guest.snapshots.restore(.named("clean"), of: guest.identity)
            #expect(try await !guest.connection.domainInfo(guest.id).isActive)
            #expect(try await guest.read() == StorageFixture.mark)
            #expect(try await guest.read(last) == StorageFixture.mark)
            try await guest.start()
        }
    }

    @Test(arguments: kinds)
    func aRunningMachineGoesOnAndComesBackRunning(_ kind: GuestFixture.Kind) async throws {
        try await GuestFixture.with(kind) { guest in
            try await guest.start()
            try await guest.write(0x77)
            try await guest.snapshots.save(.named("work"), of: guest.identity)
            #expect(try await guest.state() == .running)
            try await guest.write(0xA5)
            try await guest.stop()
            try await guest.snapshots.restore(.named("work"), of: guest.identity)
            #expect(try await guest.state() == .running)
            #expect(try await guest.read() == 0x77)
        }
    }

    @Test(arguments: kinds)
    func aPausedMachineComesBackWithItsMemory(_ kind: GuestFixture.Kind) async throws {
        try await GuestFixture.with(kind) { guest in
            try await guest.start()
            try await guest.connection.suspend(guest.id)
            let registers = try await guest.registers()
            try await guest.snapshots.save(.named("still"), of: guest.identity)
            #expect(try await guest.registers() == registers)
            try await guest.connection.resume(guest.id)
            try await guest.snapshots.restore(.named("still"), of: guest.identity)
            if case .paused = try await guest.state() {} else { Issue.record("it is not paused") }
            #expect(try await guest.registers() == registers)
        }
    }

    @Test(arguments: kinds)
    func snapshotsAreListedWithWhatIsKnownOfThem(_ kind: GuestFixture.Kind) async throws {
        try await GuestFixture.with(kind) { guest in
            let (one, two, three) = try (
                SnapshotName.named("one"), SnapshotName.named("two"), SnapshotName.named("three")
            )
            try await guest.snapshots.save(one, of: guest.identity)
            try await guest.start()
            try await guest.snapshots.save(two, of: guest.identity)
            try await guest.snapshots.restore(one, of: guest.identity)
            try await guest.snapshots.save(three, of: guest.identity)
            let list = try await guest.snapshots.list(guest.identity)
            #expect(list.map(\.name) == [one, two, three])
            #expect(list.map(\.isRunning) == [false, true, false])
            #expect(list.map(\.parent) == [nil, one, one])
            let times = list.map(\.created)
            #expect(times == times.sorted() && abs((times.last ?? 0) - Int(FileClock.now.components.seconds)) < 60)
        }
    }

    @Test(arguments: kinds)
    func aSnapshotIsRemovedAndTheOthersStayWhole(_ kind: GuestFixture.Kind) async throws {
        try await GuestFixture.with(kind) { guest in
            let (one, two) = try (SnapshotName.named("one"), SnapshotName.named("two"))
            try await guest.snapshots.save(one, of: guest.identity)
            try await guest.write(0x77)
            try await guest.snapshots.save(two, of: guest.identity)
            try await guest.start()
            try await guest.snapshots.delete(one, of: guest.identity)
            let list = try await guest.snapshots.list(guest.identity)
            #expect(list.map(\.name) == [two])
            #expect(list.first?.parent == nil)
            #expect(try await guest.tags() == 1)
            try await guest.snapshots.restore(two, of: guest.identity)
            #expect(try await guest.read() == 0x77)
            try await guest.snapshots.delete(two, of: guest.identity)
            try await guest.snapshots.delete(two, of: guest.identity)
            #expect(try await guest.tags() == 0)
            #expect(!HostFiles.exists(MachinePlace(guest.identity, in: guest.storage.directories).copies))
        }
    }

    @Test func theFirmwaresVariablesComeBackToo() async throws {
        try await GuestFixture.with(.uefi) { guest in
            try await guest.start()
            try await guest.stop()
            let variables = guest.variables
            let before = try HostFiles.read(variables)
            let owner = FileFacts(variables)?.owner
            try await guest.snapshots.save(.named("clean"), of: guest.identity)
            try await StorageFixture.run(
                "dd", "if=/dev/zero", "of=\(variables)", "bs=4k", "count=4", "conv=notrunc", "status=none")
            try await guest.snapshots.restore(.named("clean"), of: guest.identity)
            #expect(try HostFiles.read(variables) == before)
            #expect(FileFacts(variables)?.owner == owner)
        }
    }

    @Test func aDiskOfSectorsComesBackToo() async throws {
        try await GuestFixture.with(.rawDisk) { guest in
            let before = try HostFiles.read(guest.rawDisk)
            try await guest.start()
            try await guest.snapshots.save(.named("clean"), of: guest.identity)
            try await guest.stop()
            try AtomicFile.write([UInt8](repeating: 0x22, count: 1 << 20), to: guest.rawDisk, durable: false)
            try await guest.snapshots.restore(.named("clean"), of: guest.identity)
            #expect(try HostFiles.read(guest.rawDisk) == before)
        }
    }

    @Test func aMachineThatIsSavedToDiskIsNotSavedAgainButCanBeBroughtBack() async throws {
        try await GuestFixture.with { guest in
            try await guest.snapshots.save(.named("clean"), of: guest.identity)
            try await guest.start()
            try await guest.write(0x77)
            try await guest.connection.managedSave(guest.id)
            let error = await #expect(throws: ProviderError.self) {
                try await guest.snapshots.save(.named("more"), of: guest.identity)
            }
            #expect(error?.code == .invalidRequest)
            try await guest.snapshots.restore(.named("clean"), of: guest.identity)
            #expect(try await !guest.connection.domainInfo(guest.id).hasManagedSave)
            #expect(try await guest.read() == StorageFixture.mark)
        }
    }

    @Test func aNameIsUsedOnceAndAnUnknownOneIsRefused() async throws {
        try await GuestFixture.with { guest in
            try await guest.snapshots.save(.named("one"), of: guest.identity)
            for attempt in ["save", "restore"] {
                let error = await #expect(throws: ProviderError.self) {
                    if attempt == "save" { try await guest.snapshots.save(.named("one"), of: guest.identity) }
                    if attempt == "restore" { try await guest.snapshots.restore(.named("none"), of: guest.identity) }
                }
                #expect(error?.code == .invalidRequest)
            }
            #expect(try await guest.names() == ["one"])
        }
    }

    @Test func aMachineThatIsNotThereHasNone() async throws {
        try await StorageFixture.with { fixture in
            let snapshots = MachineSnapshots(connection: fixture.connection, directories: fixture.directories)
            #expect(try await snapshots.list(fixture.identity()).isEmpty)
            try await snapshots.delete(.named("one"), of: fixture.identity())
            try await snapshots.settle(fixture.identity())
            let error = await #expect(throws: ProviderError.self) {
                try await snapshots.save(.named("one"), of: fixture.identity())
            }
            #expect(error?.code == .invalidRequest)
        }
    }
}
