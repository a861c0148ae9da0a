import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// What is read from a box's description, and what is not.
struct ApplianceTests {
    private func read(_ description: String, files: [String] = ["empty.vmdk"]) async throws -> Appliance {
        try await TemporaryDirectory.with { directory in
            let ovf = try directory.write(description, to: "box.ovf")
            let box = BoxImage(
                name: "b", digest: "sha256:0", format: .ovf, layers: [ovf] + files.map(directory.path.appending),
                user: "dev")
            return try Appliance.read(box)
        }
    }

    @Test func theSystemItsSizesAndItsDisksAreRead() async throws {
        let appliance = try await read(TestAppliance.description())
        #expect(appliance.operatingSystem == "Debian_64")
        #expect(appliance.processors == 1)
        #expect(appliance.memory == 96)
        #expect(appliance.firmware == .bios)
        #expect(appliance.disks.map(\.slot) == [StorageSlot("SATA", port: 0)])
        #expect(appliance.disks.first?.file.lastComponent == "empty.vmdk")
        #expect(appliance.controllers.map(\.model) == ["IntelAhci"])
    }

    @Test func virtualBoxsOwnSectionCountsWhereASystemDependsOnIt() async throws {
        let appliance = try await read(
            TestAppliance.description(
                machine: """
                    <Hardware>
                      <Firmware type="EFI64"/>
                      <Display controller="VMSVGA" VRAMSize="9999"/>
                      <RTC localOrUTC="local"/>
                      <CPU><PAE enabled="false"/></CPU>
                      <BIOS><IOAPIC enabled="false"/></BIOS>
                      <Network>
                        <Adapter slot="1" type="Am79C973"/><Adapter slot="0" enabled="true" type="virtio"/>
                      </Network>
                    </Hardware>
                    """))
        #expect(appliance.firmware == .uefi)
        #expect(appliance.graphics == .vmsvga)
        #expect(appliance.videoMemory == 256)
        #expect(!appliance.usesUniversalTime)
        #expect(!appliance.hasPAE)
        #expect(!appliance.hasIOAPIC)
        #expect(appliance.card == .virtio)
    }

    /// What a stranger's description may ask of this host.
    @Test func nothingElseOfADescriptionReachesVirtualBox() async throws {
        let appliance = try await read(
            TestAppliance.description(
                machine: """
                    <ExtraData><ExtraDataItem name="VBoxInternal/Devices/x" value="/etc/passwd"/></ExtraData>
                    <Hardware>
                      <SharedFolders><SharedFolder name="root" hostPath="/" writable="true"/></SharedFolders>
                      <UART><Port slot="0" enabled="true" hostMode="RawFile" path="/etc/cron.d/x"/></UART>
                      <Network>
                        <Adapter slot="0" enabled="true" MACAddress="080027000000" type="82540EM">
                          <NAT><Forwarding name="x" proto="1" hostport="2222" guestport="22"/></NAT>
                        </Adapter>
                      </Network>
                      <RemoteDisplay enabled="true"/>
                      <VideoCapture enabled="true" file="/root/x.webm"/>
                    </Hardware>
                    <Autostart enabled="true"/>
                    """))
        let arguments = appliance.settings.flatMap { $0.arguments(in: VBoxVersion(7, 2)) }
        for word in [
            "passwd", "cron", "2222", "x.webm", "080027000000", "shared", "vrde", "uart", "autostart", "record",
        ] {
            #expect(!arguments.contains { $0.contains(word) }, "\(word)")
        }
    }

    @Test(arguments: [
        ("5", "PIIX4", "IDE", StorageController.Bus.ide), ("6", "lsilogic", "SCSI", .scsi),
        ("6", "LsiLogicSas", "SAS", .sas), ("6", "VirtioSCSI", "VirtIO", .virtio), ("20", "NVMe", "NVMe", .nvme),
        ("20", "AHCI", "SATA", .sata), ("99", "?", "SATA", .sata),
    ])
    func disksKeepTheirKindOfController(type: String, model: String, name: String, bus: StorageController.Bus)
        async throws
    {
        let controller =
            "<rasd:ResourceSubType>\(model)</rasd:ResourceSubType><rasd:ResourceType>\(type)</rasd:ResourceType>"
        let appliance = try await read(TestAppliance.description(controller: controller))
        #expect(appliance.disks.map(\.bus) == [bus])
        #expect(appliance.disks.map(\.slot.controller) == [name])
    }

    @Test(arguments: [
        "", "<Envelope/>", "<a/>", "no XML", "<!DOCTYPE a [<!ENTITY b \"c\">]><Envelope/>",
        TestAppliance.description(disk: "../../etc/passwd"), TestAppliance.description(disk: "/etc/passwd"),
        TestAppliance.description(disk: "other.vmdk"),
    ])
    func whatIsNoMachineOfTheBoxIsRefused(description: String) async throws {
        let error = await #expect(throws: ProviderError.self) { try await read(description) }
        #expect(error?.code == .invalidRequest)
    }

    @Test func oddNamesAndSizesAreNotHandedOn() async throws {
        let text = TestAppliance.description().replacing("Debian_64", with: "--cpus 99").replacing(
            ">96<", with: ">99999999999999999<")
        let appliance = try await read(text)
        #expect(appliance.operatingSystem == Appliance().operatingSystem)
        #expect(appliance.memory == Appliance().memory)
    }

    @Test func disksThatWouldBeInOnePlaceAreSetApart() async throws {
        let more = """
            <Item>
              <rasd:AddressOnParent>0</rasd:AddressOnParent>
              <rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource>
              <rasd:InstanceID>5</rasd:InstanceID>
              <rasd:Parent>3</rasd:Parent>
              <rasd:ResourceType>17</rasd:ResourceType>
            </Item>
            """
        let appliance = try await read(TestAppliance.description(more: more))
        #expect(appliance.disks.map(\.slot.port) == [0, 1])
    }
}
