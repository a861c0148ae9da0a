import DevenvHost
package import DevenvPluginAPI
package import SystemPackage

/// Boxes of VirtualBox without an operating system: whoever starts one has a machine that runs, and that is all.
package enum TestAppliance {
    /// Makes one whose disk is empty in a directory.
    package static func box(
        in directory: TemporaryDirectory, machine: String = "", variables: [UInt8]? = nil
    ) async throws -> BoxImage {
        let disk = directory.path.appending("empty.vmdk")
        try await run(
            "qemu-img", "create", "-q", "-f", "vmdk", "-o", "subformat=monolithicSparse", disk.string, "8M",
            in: directory)
        var files = [try directory.write(description(machine: machine), to: "box.ovf"), disk]
        if let variables {
            files.append(directory.path.appending("box.nvram"))
            try AtomicFile.write(variables, to: files[2], durable: false)
        }
        let digits = (0..<64).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
        return BoxImage(
            name: "empty", digest: "sha256:\(digits)", format: .ovf, layers: files, user: "dev")
    }

    /// Makes one as people hand it on, a file of Vagrant's format. The disk begins with these bytes.
    package static func vagrantBox(
        _ content: [UInt8], mebibytes: Int = 8, in directory: TemporaryDirectory
    ) async throws -> FilePath {
        try directory.write(content, to: "raw")
        try directory.write(description(bytes: mebibytes << 20), to: "box.ovf")
        try directory.write(#"{"provider": "virtualbox"}"#, to: "metadata.json")
        try await run("truncate", "--size", "\(mebibytes)M", "raw", in: directory)
        try await run(
            "qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized", "raw", "empty.vmdk",
            in: directory)
        try await run("tar", "-czf", "empty.box", "metadata.json", "box.ovf", "empty.vmdk", in: directory)
        return directory.path.appending("empty.box")
    }

    private static func run(_ tool: String, _ arguments: String..., in directory: TemporaryDirectory) async throws {
        let outcome = try await SystemToolRunner().run(
            ToolInvocation(tool, arguments, directory: directory.path, timeout: .seconds(60)))
        guard outcome.status == 0 else { throw TestDiskError(description: "\(tool): \(outcome.complaint)") }
    }

    /// A description as VirtualBox exports it: `hardware` is what stands beside its items, `machine` what stands in
    /// VirtualBox's own section.
    package static func description(
        disk: String = "empty.vmdk", bytes: Int = 8 << 20,
        controller: String = "<rasd:ResourceSubType>AHCI</rasd:ResourceSubType>\n"
            + "<rasd:ResourceType>20</rasd:ResourceType>", more: String = "", machine: String = ""
    ) -> String {
        """
        <?xml version="1.0"?>
        <Envelope ovf:version="1.0" xmlns="http://schemas.dmtf.org/ovf/envelope/1"
          xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
          xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
          xmlns:vbox="http://www.virtualbox.org/ovf/machine">
          <References><File ovf:id="file1" ovf:href="\(disk)"/></References>
          <DiskSection>
            <Disk ovf:capacity="\(bytes)" ovf:diskId="vmdisk1" ovf:fileRef="file1"/>
          </DiskSection>
          <VirtualSystem ovf:id="box">
            <OperatingSystemSection ovf:id="100">
              <vbox:OSType ovf:required="false">Debian_64</vbox:OSType>
            </OperatingSystemSection>
            <VirtualHardwareSection>
              <Item>
                <rasd:InstanceID>1</rasd:InstanceID>
                <rasd:ResourceType>3</rasd:ResourceType>
                <rasd:VirtualQuantity>1</rasd:VirtualQuantity>
              </Item>
              <Item>
                <rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits>
                <rasd:InstanceID>2</rasd:InstanceID>
                <rasd:ResourceType>4</rasd:ResourceType>
                <rasd:VirtualQuantity>96</rasd:VirtualQuantity>
              </Item>
              <Item>
                <rasd:Address>0</rasd:Address>
                <rasd:InstanceID>3</rasd:InstanceID>
                \(controller)
              </Item>
              <Item>
                <rasd:AddressOnParent>0</rasd:AddressOnParent>
                <rasd:HostResource>/disk/vmdisk1</rasd:HostResource>
                <rasd:InstanceID>4</rasd:InstanceID>
                <rasd:Parent>3</rasd:Parent>
                <rasd:ResourceType>17</rasd:ResourceType>
              </Item>
              \(more)
            </VirtualHardwareSection>
            <vbox:Machine ovf:required="false" name="box">
              \(machine)
            </vbox:Machine>
          </VirtualSystem>
        </Envelope>
        """
    }
}
