import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import ContainerProvider

/// How much room a machine's files may take up.
struct QuotaTests {
    @Test func whereNothingIsLimitedThatIsSaid() throws {
        let provider = ContainerProvider(directories: HostDirectories(data: "/proc/none", runtime: "/proc/none"))
        var machine = MachineSpec(name: Located(MachineName(unchecked: "web")))
        #expect(provider.objections(to: machine).isEmpty)
        machine.disk = ByteCount(bytes: 5 << 30)
        let objection = try #require(provider.objections(to: machine).first)
        #expect(objection.severity == .warning)
        #expect(objection.message.hasPrefix("'disk' has no effect on 'web': "))
        try #require(geteuid() == 0)
        #expect(objection.message.contains("the file system of '/proc' does not limit"))
        #expect(objection.help?.contains("tune2fs -O project,quota") == true)
    }

    @Test(.requiresContainers, .requiresProjectQuotas(of: .ext4))
    func anExt4DiskIsAsLargeAsIsSaid() async throws {
        try await expectLimits(on: .ext4)
    }

    @Test(.requiresContainers, .requiresProjectQuotas(of: .xfs))
    func anXFSDiskIsAsLargeAsIsSaid() async throws {
        try await expectLimits(on: .xfs)
    }

    private func expectLimits(on kind: QuotaDisk.Kind) async throws {
        try await ContainerFixture.with { fixture in
            try await QuotaDisk.with(
                kind, at: fixture.directories.data, image: fixture.directory.path.appending("disk")
            ) {
                let unlimited = fixture.request("old")
                try HostFiles.makeDirectory(fixture.disk(of: unlimited))
                try AtomicFile.write(
                    Array("{".utf8), to: fixture.disk(of: unlimited).appending("machine.json"), durable: false)
                #expect(fixture.setting(Self.sized(24)(unlimited))?.impact == .recreate)
                try HostFiles.remove(fixture.disk(of: unlimited))
                let (web, other) = (Self.sized(24)(fixture.request()), fixture.request("other", address: 11))
                for machine in [web, other] { try await fixture.up(machine) }
                try await expectLimitedMachines(web, other, fixture)
                let projects = try [web, other].compactMap { machine in
                    try DiskQuota(directory: fixture.disk(of: machine)).project()
                }
                #expect(Set(projects).count == 2, "each has its own")
                for machine in [web, other] { try await fixture.provider.destroy(machine.recorded) }
                for project in projects {
                    #expect(try DiskQuota(directory: fixture.directories.data).usage(of: project) == (0, 0))
                }
            }
        }
    }

    /// Within its limit, over it, and beside another one; with another limit, after a snapshot and a start.
    private func expectLimitedMachines(
        _ web: MachineRequest, _ other: MachineRequest, _ fixture: ContainerFixture
    ) async throws {
        let size = try await fixture.say("df --output=size -k / | tail -n 1", in: web)
        #expect(Int(size.filter(\.isNumber)) == 24 << 10)
        let fill = "sudo dd if=/dev/zero of=/srv/big bs=1M count=32 status=none conv=fsync"
        try await expectFull(fill, in: web, fixture)
        _ = try await fixture.say(fill, in: other)
        #expect(fixture.setting(web) == MachineSetting("disk", "24 MiB", impact: .live, initial: "no limit"))
        let larger = Self.sized(64)(web)
        _ = try await fixture.provider.update(larger)
        _ = try await fixture.say(fill, in: web)
        try await fixture.provider.stop(web.recorded, grace: .zero)
        let name = SnapshotName(unchecked: "full")
        try await fixture.provider.saveSnapshot(name, of: web.recorded)
        _ = try await fixture.provider.start(larger)
        // what a snapshot holds counts
        try await expectFull(fill.replacing("/big", with: "/more"), in: web, fixture)
        try await fixture.provider.restoreSnapshot(name, of: web.recorded)
        try await fixture.provider.deleteSnapshot(name, of: web.recorded)
        _ = try await fixture.provider.start(Self.sized(nil)(web))
        _ = try await fixture.say(fill.replacing("/big", with: "/more"), in: web)
    }

    private func expectFull(_ fill: String, in machine: MachineRequest, _ fixture: ContainerFixture) async throws {
        let complaint = try await fixture.run(fill, in: machine).complaint
        #expect(
            complaint.contains("Disk quota exceeded") || complaint.contains("No space left on device"), "\(complaint)")
        let file = fill.split(separator: " ").first { $0.hasPrefix("of=") }?.dropFirst(3) ?? ""
        _ = try await fixture.say("sudo rm \(file)", in: machine)
    }

    private static func sized(_ mebibytes: Int64?) -> (MachineRequest) -> MachineRequest {
        { request in
            var spec = request.spec
            spec.disk = mebibytes.map { ByteCount(bytes: $0 << 20) }
            return MachineRequest(
                identity: request.identity, record: [:], spec: spec, box: request.box, access: request.access,
                hosts: request.hosts, forwards: request.forwards, logDirectory: request.logDirectory,
                directory: request.directory)
        }
    }
}

extension ContainerFixture {
    fileprivate func setting(_ request: MachineRequest) -> MachineSetting? {
        provider.settings(of: request).first { $0.key == "disk" }
    }
}
