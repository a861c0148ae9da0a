import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// Disks of real machines without an operating system.
@Suite(.requiresVirtualBox, .requires(tool: "qemu-img"))
struct DiskTests {
    @Test func extraDisksComeGrowGoAndComeBackWithWhatIsOnThem() async throws {
        try await VirtualBoxFixture.with { fixture in
            try await fixture.runOnce(fixture.request(disks: [("disk-1", 8), ("data", 16)]))
            #expect(try await fixture.extraDisks() == ["disk-1": 1, "data": 2])
            #expect(try await fixture.size(of: "data") == 16)
            try await fixture.runOnce(fixture.request(disks: [("data", 32), ("new", 8)]))
            #expect(try await fixture.extraDisks() == ["data": 2, "new": 1])
            #expect(try await fixture.size(of: "data") == 32)
            let kept = try #require(try await fixture.medium("disk-1")?.id)
            try await fixture.runOnce(fixture.request(disks: [("data", 32), ("new", 8), ("disk-1", 16)]))
            #expect(try await fixture.extraDisks() == ["data": 2, "new": 1, "disk-1": 3])
            #expect(try await fixture.medium("disk-1")?.id == kept)
            #expect(try await fixture.size(of: "disk-1") == 16)
            let id = try #require(fixture.request().identity.vm)
            let key = "VBoxInternal/Devices/ahci/0/Config/Port3/SerialNumber"
            #expect(try await fixture.home.manage.run(.extraData(of: id, key)).contains("Value: disk-1"))
        }
    }

    @Test func aSmallerExtraDiskIsRefusedAndNothingChanges() async throws {
        try await VirtualBoxFixture.with { fixture in
            try await fixture.runOnce(fixture.request(disks: [("data", 16)]))
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.runOnce(fixture.request(disks: [("data", 8)]))
            }
            #expect(error?.code == .invalidRequest)
            #expect(
                error?.message.contains("its disk 'data' has 16 MiB and can't shrink to 8 MiB") == true)
            #expect(try await fixture.extraDisks() == ["data": 1])
        }
    }

    @Test func moreDisksThanAControllerHasPortsMakeItLarger() async throws {
        try await VirtualBoxFixture.with { fixture in
            let names = (1...9).map { "d\($0)" }
            try await fixture.up(fixture.request(disks: names.map { ($0, 1) }))
            #expect(try await fixture.extraDisks().count == 9)
        }
    }

    @Test func disksGrowWithSnapshotsAndAgainAfterOneWasRestored() async throws {
        try await VirtualBoxFixture.with { fixture in
            let snapshot = SnapshotName(unchecked: "before")
            let small = fixture.request(disks: [("data", 8)])
            try await fixture.runOnce(small)
            try await fixture.provider.saveSnapshot(snapshot, of: small.recorded)
            let large = fixture.request(disks: [("data", 16)]) { $0.disk = ByteCount(bytes: 32 << 20) }
            try await fixture.runOnce(large)
            #expect(try await fixture.attachedSizes(large) == [32, 16])
            try await fixture.provider.restoreSnapshot(snapshot, of: large.recorded)
            #expect(try await fixture.attachedSizes(large) == [8, 8])
            try await fixture.runOnce(large)
            #expect(try await fixture.attachedSizes(large) == [32, 16])
            try await fixture.provider.deleteSnapshot(snapshot, of: large.recorded)
            #expect(try await fixture.extraDisks() == ["data": 1])
        }
    }

    @Test(arguments: [true, false]) func theBoxsDiskIsCopiedAsItIsNow(isLinked: Bool) async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request(disks: [("data", 16)], isLinked: isLinked) {
                if !isLinked { $0.disk = ByteCount(bytes: 32 << 20) }
            }
            let target = fixture.directory.path.appending("copy")
            try HostFiles.makeDirectory(target)
            try await fixture.up(request)
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.provider.export(request.recorded, to: target)
            }
            #expect(error?.help == "run 'devenv halt one'")
            try await fixture.provider.stop(request.recorded, grace: .zero)
            try await fixture.provider.saveSnapshot(SnapshotName(unchecked: "first"), of: request.recorded)
            let known = Medium.list(try await fixture.home.manage.run(.disks)).count
            let exported = try await fixture.provider.export(request.recorded, to: target)
            let copy = target.appending("disk-0.raw")
            #expect(exported == .disks([copy], leftOut: 1))
            #expect(try HostFiles.size(of: copy) == (isLinked ? 8 : 32) << 20)
            #expect(try HostFiles.list(target) == ["disk-0.raw"])
            #expect(Medium.list(try await fixture.home.manage.run(.disks)).count == known)
            #expect(try await fixture.observation(of: request).state == .stopped)
        }
    }

    @Test func aLinkedCloneThatHasGrownCannotBeCopied() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request { $0.disk = ByteCount(bytes: 32 << 20) }
            try await fixture.runOnce(request)
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.provider.export(request.recorded, to: fixture.directory.path)
            }
            #expect(error?.code == .unsupported)
            #expect(error?.help?.contains("linked_clone: false") == true, "\(String(describing: error))")
        }
    }

    @Test func whatTheUEFIOfABoxHasKeptIsTakenOver() async throws {
        try await VirtualBoxFixture.with { fixture in
            let bytes = Array("what the firmware has kept".utf8)
            let box = try await TestAppliance.box(
                in: fixture.directory,
                machine: "<vbox:Hardware><vbox:Firmware type=\"EFI64\"/></vbox:Hardware>",
                variables: bytes)
            let request = fixture.request(box: box)
            _ = try await fixture.provider.create(request)
            let report = try await fixture.report(of: request)
            let file = FilePath(try #require(report["NvramFile"]))
            #expect(file.starts(with: report.folder))
            #expect(try HostFiles.read(file) == bytes)
        }
    }
}

extension VirtualBoxFixture {
    /// A request for the machine with these extra disks, of so many MiB.
    fileprivate func request(
        disks: [(name: String, size: Int)], isLinked: Bool = true, change: (inout MachineSpec) -> Void = { _ in }
    ) -> MachineRequest {
        let items = disks.map { disk in
            OptionTree(
                .map([
                    OptionTree.Entry(key: Located("name"), value: OptionTree(.string(disk.name))),
                    OptionTree.Entry(key: Located("size"), value: OptionTree(.string("\(disk.size)MiB"))),
                ]))
        }
        return request(options: ["disks": .list(items), "linked_clone": .boolean(isLinked)], change: change)
    }

    /// Starts the machine and stops it again: of a disk that a running one has, VirtualBox says what it knew before.
    fileprivate func runOnce(_ request: MachineRequest) async throws {
        try await up(request)
        try await provider.stop(request.recorded, grace: .zero)
    }

    private func census() async throws -> DiskCensus { DiskCensus(try await home.manage.run(.disks)) }

    /// The ports of the extra disks that are attached.
    fileprivate func extraDisks() async throws -> [String: Int] {
        let present = ExtraDiskPlan([], try await report(of: request()).attachments, try await census())
            .present
        return Dictionary(uniqueKeysWithValues: present.map { ($0.name, $0.slot.port) })
    }

    fileprivate func medium(_ name: String) async throws -> Medium? {
        try await census().disks.first { ExtraDisk.name(of: $0.location) == name }
    }

    /// A disk's size in MiB.
    fileprivate func size(of name: String) async throws -> Int64? {
        guard let disk = try await medium(name) else { return nil }
        return try await size(of: disk.id)
    }

    /// The sizes of what is attached, by ports.
    fileprivate func attachedSizes(_ request: MachineRequest) async throws -> [Int64?] {
        var sizes: [Int64?] = []
        for attachment in try await report(of: request).attachments.sorted(by: {
            $0.slot.port < $1.slot.port
        }) {
            sizes.append(try await size(of: try #require(attachment.id)))
        }
        return sizes
    }

    private func size(of disk: VMID) async throws -> Int64? {
        let text = try await home.manage.run(VBoxCall(["showmediuminfo", "disk", disk.description]))
        let line = text.split(separator: "\n").first { $0.hasPrefix("Capacity:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
    }
}
