package import DevenvPluginAPI

/// What runs a machine's instructions, and what is to be said about it.
package struct AcceleratorChoice: Hashable, Sendable {
    /// What runs them.
    package let virtualization: HostAbilities.Virtualization
    /// Why it is not what one would wish; nil where it is.
    package let notice: String?

    /// Chooses. `offers` is whether libvirt offers KVM, `isNative` whether the guest has the host's architecture.
    package static func make(
        wanted: Accelerator, offers: Bool, isNative: Bool = true, verdict: AcceleratorVerdict
    ) throws(ProviderError) -> AcceleratorChoice {
        let isUsable = offers && !verdict.forbidsKVM
        switch wanted {
        case .tcg: return AcceleratorChoice(virtualization: .qemu, notice: nil)
        case .auto where isUsable, .kvm where isUsable: return AcceleratorChoice(virtualization: .kvm, notice: nil)
        case .auto where !isNative: return AcceleratorChoice(virtualization: .qemu, notice: nil)
        case .auto:
            let reason = reason(offers, verdict)
            return AcceleratorChoice(
                virtualization: .qemu,
                notice: "the machine is emulated, which is many times slower, as KVM does not work: \(reason)")
        case .kvm:
            throw .unsupported(
                "'accelerator: kvm' can't be had: \(reason(offers, verdict))",
                help: "see 'devenv doctor', or let it be 'auto'")
        }
    }

    private static func reason(_ offers: Bool, _ verdict: AcceleratorVerdict) -> String {
        verdict.reason ?? (offers ? "it was not tried" : "libvirt does not offer it")
    }
}
