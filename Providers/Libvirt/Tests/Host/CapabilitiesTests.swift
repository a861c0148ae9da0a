import LibvirtProvider
import Testing

/// What libvirt's answers mean.
@Suite struct CapabilitiesTests {
    @Test func anAnswerOfAHostWithKVMIsRead() throws {
        let capabilities = DomainCapabilities(try XMLParser.parse(RecordedCapabilities.kvm))
        #expect(capabilities.virtualization == .kvm)
        #expect(capabilities.emulator == "/usr/bin/qemu-system-x86_64")
        #expect(capabilities.architecture == "x86_64")
        #expect(capabilities.machineType == "pc-i440fx-7.2")
        #expect(capabilities.hasUEFI)
        #expect(!capabilities.hasSecureBoot)
        #expect(capabilities.hasTPMEmulator)
        #expect(capabilities.graphics.isSuperset(of: ["vnc", "spice"]))
        #expect(capabilities.processorModes == ["host-passthrough", "maximum", "host-model", "custom"])
    }

    @Test func emulationHasNoProcessorOfTheHost() throws {
        let capabilities = DomainCapabilities(try XMLParser.parse(RecordedCapabilities.emulation))
        #expect(capabilities.virtualization == .qemu)
        #expect(capabilities.processorModes == ["maximum", "host-model", "custom"])
    }

    @Test(arguments: [
        ("<value>efi</value>", "", false, true), ("<value>emulator</value>", "", true, false),
        ("<tpm supported='yes'>", "<tpm supported='no'>", true, false),
    ])
    func whatIsNotListedIsNotThere(_ text: String, _ replacement: String, hasUEFI: Bool, hasTPM: Bool) throws {
        let recorded = RecordedCapabilities.kvm.split(separator: text, maxSplits: 1)
        try #require(recorded.count == 2)
        let capabilities = DomainCapabilities(try XMLParser.parse(recorded.joined(separator: replacement)))
        #expect(capabilities.hasUEFI == hasUEFI)
        #expect(capabilities.hasTPMEmulator == hasTPM)
    }

    @Test func anEmptyAnswerPromisesNothing() {
        let capabilities = DomainCapabilities(XMLElement("domainCapabilities"))
        #expect(capabilities.virtualization == nil)
        #expect(!capabilities.hasUEFI && !capabilities.hasTPMEmulator && capabilities.graphics.isEmpty)
    }
}
