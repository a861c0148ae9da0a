import DevenvPluginAPI
import SystemPackage
import Testing

@testable import LibvirtProvider

/// What machines run on, and what is said of it.
@Suite struct AcceleratorTests {
    private static let obstacle = AcceleratorVerdict.unavailable(.notPermitted)
    private static let closed = AcceleratorVerdict.unavailable(.closed(to: "libvirt-qemu"))

    @Test(arguments: [
        (Accelerator.auto, true, AcceleratorVerdict.works, HostAbilities.Virtualization.kvm),
        (.auto, false, .works, .qemu), (.auto, true, .stalls(at: .timer), .qemu), (.auto, true, .fails("x"), .qemu),
        (.auto, true, obstacle, .kvm), (.auto, false, obstacle, .qemu), (.auto, true, closed, .qemu),
        (.auto, true, .untried("far away"), .kvm), (.auto, false, .untried("far away"), .qemu),
        (.kvm, true, .works, .kvm), (.kvm, true, .untried("far away"), .kvm), (.tcg, true, .works, .qemu),
    ])
    func kvmIsUsedWhereItWorks(
        _ wanted: Accelerator, _ offers: Bool, _ verdict: AcceleratorVerdict,
        _ expected: HostAbilities.Virtualization
    ) throws {
        let choice = try AcceleratorChoice.make(wanted: wanted, offers: offers, verdict: verdict)
        #expect(choice.virtualization == expected)
        #expect((choice.notice != nil) == (wanted == .auto && expected == .qemu))
    }

    @Test func machinesOfAnotherArchitectureAreEmulatedWithoutAWord() throws {
        let verdict = AcceleratorVerdict.untried("the probe is for 64-bit PCs")
        let choice = try AcceleratorChoice.make(wanted: .auto, offers: false, isNative: false, verdict: verdict)
        #expect(choice == AcceleratorChoice(virtualization: .qemu, notice: nil))
    }

    @Test(arguments: [
        (false, AcceleratorVerdict.works, "libvirt does not offer it"),
        (true, .stalls(at: .speed), "a guest does not get through ten million rounds of a loop"),
        (true, .fails("no MSR"), "QEMU gives up: no MSR"),
    ])
    func kvmThatCantBeHadIsRefused(_ offers: Bool, _ verdict: AcceleratorVerdict, _ reason: String) throws {
        let error = #expect(throws: ProviderError.self) {
            try AcceleratorChoice.make(wanted: .kvm, offers: offers, verdict: verdict)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message == "'accelerator: kvm' can't be had: \(reason)")
    }

    @Test(arguments: [
        (true, AcceleratorVerdict.works, Finding.Severity.fine, nil), (true, obstacle, .fine, nil),
        (true, .untried("far away"), .fine, nil), (false, .works, .warning, "restart libvirtd"),
        (false, obstacle, .warning, "adduser USER kvm, then log in again"),
        (true, closed, .warning, "chown root:kvm /dev/kvm && chmod 660 /dev/kvm"),
        (
            true, .stalls(at: .timer), .warning,
            "none within this host; where it is a virtual machine itself, its host must pass on virtualization"
        ),
    ])
    func theDoctorSaysWhatIsTheMatter(
        _ offers: Bool, _ verdict: AcceleratorVerdict, _ severity: Finding.Severity, _ cure: String?
    ) {
        let finding = HostFindings.acceleratorFinding(offers: offers, verdict)
        #expect(finding.severity == severity)
        #expect(finding.cure == cure)
    }

    @Test(arguments: [
        (Errno.permissionDenied, "", KVMObstacle.notPermitted), (.notPermitted, "", .notPermitted),
        (.noSuchFileOrDirectory, "flags\t: fpu vmx", .notLoaded(module: "kvm_intel")),
        (.noSuchFileOrDirectory, "vendor_id : x\nflags\t: svm fpu hypervisor\n", .notLoaded(module: "kvm_amd")),
        (.noSuchFileOrDirectory, "flags\t: fpu hypervisor vmxless", .notNested),
        (.noSuchFileOrDirectory, "flags\t: fpu", .noProcessorSupport),
        (.noSuchFileOrDirectory, "", .noProcessorSupport),
        (.resourceBusy, "flags\t: vmx", .refused(Errno.resourceBusy.rawValue)),
    ])
    func whyTheDeviceCantBeOpenedIsUnderstood(_ error: Errno, _ processors: String, _ expected: KVMObstacle) {
        #expect(KVMObstacle.of(error, processors: processors) == expected)
    }

    @Test(
        arguments: [
            (64055, 108, 0o660, true), (64055, 7, 0o600, true), (0, 108, 0o660, true), (0, 0, 0o600, false),
            (0, 0, 0o666, true), (0, 108, 0o640, false), (64055, 108, 0o066, false),
        ] as [(UInt32, UInt32, UInt32, Bool)])
    func theUserOfQEMUOpensWhatItsGroupsMay(_ owner: UInt32, _ group: UInt32, _ mode: UInt32, _ expected: Bool) {
        let user = EmulatorUser(name: "libvirt-qemu", user: 64055, groups: [64055, 108])
        #expect(user.mayUse(owner: owner, group: group, mode: mode) == expected)
    }
}
