import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// What needs no real files, on libvirt's test driver.
@Suite(.requires(library: "libvirt.so.0"), .requires(tool: "qemu-img", "qemu-io"))
struct TestDriverStorageTests {
    @Test func volumesComeAndGoWithTheirMachine() async throws {
        try await StorageFixture.with(uri: TestDriver.uri) { fixture in
            let plan = fixture.plan {
                $0.extraDisks = [ExtraDisk(size: StorageFixture.capacity, serial: "data")]
                $0.seed = Sample.seed()
            }
            let files = try await fixture.storage.prepare(plan)
            _ = try await fixture.storage.prepare(fixture.plan("db"))
            #expect(files.bases == [try fixture.base()])
            let names = [try BaseImage(fixture.box).volume, fixture.identity("db").rootVolume] + plan.volumes
            #expect(try await fixture.names() == names.sorted())
            try await fixture.storage.remove(plan.identity)
            #expect(try await fixture.names().count == 2)
        }
    }

    @Test func aVolumeThatWentMissingIsSeenInTheListing() async throws {
        try await StorageFixture.with(uri: TestDriver.uri) { fixture in
            let plan = fixture.plan { $0.seed = Sample.seed() }
            _ = try await fixture.storage.prepare(plan)
            try await fixture.connection.deleteVolume(in: fixture.pool.name, plan.identity.rootVolume)
            let missing = try await fixture.storage.missing(for: [RecordedMachine(identity: plan.identity)])
            #expect(missing == [plan.identity.machine: MissingVolumes(disks: [plan.identity.rootVolume])])
        }
    }
}

extension StorageFixture {
    fileprivate func names() async throws -> [String] {
        try await connection.volumes(in: pool.name).map(\.name).sorted()
    }
}
