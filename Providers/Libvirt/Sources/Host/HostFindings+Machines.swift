import DevenvHost
import DevenvPluginAPI
import SystemPackage

// What machines can have: an emulator, KVM, UEFI, a TPM.
extension HostFindings {
    func machineFindings(_ connection: LibvirtConnection, _ uri: LibvirtURI) async -> [Finding] {
        guard uri.driver == "qemu" else { return [] }
        let capabilities: DomainCapabilities
        do {
            capabilities = DomainCapabilities(try await connection.domainCapabilities())
        } catch {
            return [
                Finding(
                    .problem, "no QEMU can be used: \(error.message)",
                    cure: "apt-get install qemu-system-x86 qemu-utils")
            ]
        }
        let inspection = HostInspection(probe: probe)
        let verdict = await inspection.verdict(capabilities, uri, .auto)
        return [
            Self.acceleratorFinding(offers: capabilities.virtualization == .kvm, verdict),
            Self.firmwareFinding(capabilities), Self.moduleFinding(capabilities),
        ]
    }

    static func acceleratorFinding(offers: Bool, _ verdict: AcceleratorVerdict) -> Finding {
        let slow = "machines are emulated, which is many times slower"
        switch verdict {
        case .unavailable(let obstacle) where verdict.forbidsKVM || !offers:
            return Finding(.warning, "\(slow): \(obstacle.words)", cure: obstacle.cure)
        case .stalls, .fails:
            return Finding(
                .warning, "\(slow), as KVM does not work here: \(verdict.reason ?? "")\(foreignModule)",
                cure:
                    "none within this host; where it is a virtual machine itself, its host must pass on virtualization")
        case .works where !offers, .untried where !offers:
            return Finding(.warning, "\(slow), as libvirt does not offer KVM", cure: "restart libvirtd")
        case .works: return Finding(.fine, "KVM works: a guest was run under it")
        case .unavailable(let obstacle):
            return Finding(.fine, "libvirt offers KVM; it was not tried, as \(obstacle.words)")
        case .untried(let reason): return Finding(.fine, "libvirt offers KVM; it was not tried, as \(reason)")
        }
    }

    /// A kernel's KVM that does without the processor's help runs only guests that were made for it.
    private static var foreignModule: String {
        let modules = (try? HostFiles.list("/sys/module")) ?? []  // what can't be listed is not named
        return modules.first { $0.hasPrefix("kvm_") && !["kvm_amd", "kvm_intel"].contains($0) }
            .map { " (the kernel's KVM is '\($0)')" } ?? ""
    }

    private static func firmwareFinding(_ capabilities: DomainCapabilities) -> Finding {
        guard capabilities.hasUEFI else {
            return Finding(.warning, "there is no firmware for 'firmware: uefi'", cure: "apt-get install ovmf")
        }
        return Finding(.fine, "there is firmware for 'firmware: uefi'")
    }

    private static func moduleFinding(_ capabilities: DomainCapabilities) -> Finding {
        guard capabilities.hasTPMEmulator else {
            return Finding(.warning, "there is no program for 'tpm'", cure: "apt-get install swtpm swtpm-tools")
        }
        return Finding(.fine, "'tpm' can be had")
    }
}
