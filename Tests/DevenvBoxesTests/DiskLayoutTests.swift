import DevenvHost
import DevenvModel
import SystemPackage
import Testing

@testable import DevenvBoxes

@Suite struct DiskLayoutTests {
    private let identity = DiskIdentity(of: "a box")

    @Test func theRootComesLastAndLeavesRoomForTheSecondTable() {
        let layout = DiskLayout(size: ByteCount(bytes: 1 << 30))
        #expect(layout.core.start + layout.core.count == layout.system.start)
        #expect(layout.system.start + layout.system.count == layout.root.start)
        #expect(layout.size == 1 << 30)
        #expect(layout.size - layout.root.offset - layout.root.bytes == 1 << 20)
    }

    @Test func aPartOfAMebibyteIsLeftOut() {
        let layout = DiskLayout(size: ByteCount(bytes: 1 << 30 + 12345))
        #expect(layout == DiskLayout(size: ByteCount(bytes: 1 << 30)))
    }

    @Test func theTableNamesEachPartitionOnce() {
        let lines = DiskLayout(size: ByteCount(bytes: 1 << 30)).table(identity).split(separator: "\n")
        #expect(lines.first == "label: gpt")
        #expect(lines.filter { $0.hasPrefix("start=") }.count == 3)
        #expect(lines.last?.hasPrefix("start=36864, size=2058240, ") == true)
    }

    @Test func theSameDescriptionGivesTheSameIdentifiersAndAnotherGivesOthers() {
        #expect(identity == DiskIdentity(of: "a box"))
        #expect(identity.rootFileSystem != DiskIdentity(of: "another box").rootFileSystem)
        let all = [identity.rootFileSystem, identity.table, identity.hashSeed] + (1...3).map(identity.partition)
        #expect(Set(all).count == all.count)
        for text in all {
            let groups = text.split { $0 == "-" }
            #expect(groups.map { $0.count } == [8, 4, 4, 4, 12], "\(text)")
            #expect(groups.joined().allSatisfy { $0.isHexDigit }, "\(text)")
        }
        #expect(identity.bootVolume.count == 8)
    }
}

@Suite struct DiskToolsTests {
    private let layout = DiskLayout(size: ByteCount(bytes: 1 << 30))
    private let identity = DiskIdentity(of: "a box")

    @Test func theRootFileSystemIsMadeInItsPartition() {
        let call = DiskTools.makeRoot(layout, identity, tree: "/t", "/disk")
        #expect(call.tool == "mke2fs")
        #expect(call.arguments.contains { $0.hasPrefix("offset=18874368,hash_seed=") })
        #expect(call.arguments.suffix(4) == ["-d", "/t", "/disk", "1029120k"])
        #expect(call.environment["E2FSPROGS_FAKE_TIME"] == "1700000000")
    }

    @Test func theLoaderGoesWhereEveryFirmwareLooks() {
        let call = DiskTools.installLoader(layout, "/s/loader.efi", "/disk")
        #expect(call.tool == "mcopy")
        #expect(call.arguments == ["-m", "-i", "/disk@@2097152", "/s/loader.efi", "::/EFI/BOOT/BOOTX64.EFI"])
    }

    @Test(arguments: [(BootFirmware.bios, "biosdisk"), (.uefi, "fat")])
    func eachFirmwareHasItsModules(firmware: BootFirmware, module: String) {
        let call = DiskTools.makeLoader(firmware, configuration: "/s/grub.cfg", "/s/out")
        #expect(call.arguments.first == "--format=\(firmware.format)")
        #expect(call.arguments.contains(module))
        #expect(call.arguments.contains("search_fs_uuid"))
    }

    @Test func onlyOthersThanRootNeedANameSpace() {
        let call = ToolInvocation("mke2fs", ["-q"])
        #expect(OwnerNamespace.root.enter(call) == call)
        let entered = OwnerNamespace.subordinate.enter(call)
        #expect(entered.tool == "unshare")
        #expect(entered.arguments == ["--user", "--map-root-user", "--map-auto", "--", "mke2fs", "-q"])
    }
}

@Suite struct BIOSBootTests {
    @Test func theFirstSectorLoadsTheSecondStageFromItsPlace() throws {
        let code = try #require(BIOSBoot.code([UInt8](repeating: 0xEB, count: 512), coreAt: 0x0102_0304))
        #expect(code.count == 440)
        #expect(Array(code[0x5C..<0x64]) == [4, 3, 2, 1, 0, 0, 0, 0])
        #expect(Array(code[0x66..<0x68]) == [0x90, 0x90])
        #expect(code[0x5B] == 0xEB && code[0x64] == 0xEB && code[0x68] == 0xEB)
    }

    @Test func theSecondStageKnowsWhereItsRestIs() throws {
        let core = try #require(BIOSBoot.core([UInt8](repeating: 0xEB, count: 600), at: 2048))
        #expect(core.count == 600)
        #expect(Array(core[0x1F4..<0x1FC]) == [1, 8, 0, 0, 0, 0, 0, 0])
        #expect(core[0x1F3] == 0xEB && core[0x1FC] == 0xEB)
    }

    @Test func whatIsNoBootSectorIsRefused() {
        #expect(BIOSBoot.code([1, 2, 3], coreAt: 2048) == nil)
        #expect(BIOSBoot.core([1, 2, 3], at: 2048) == nil)
    }
}
