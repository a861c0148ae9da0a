/// What libvirt says that machines of one kind may have, read from its `<domainCapabilities>`.
package struct DomainCapabilities: Hashable, Sendable {
    /// The emulator.
    package let emulator: String?
    /// What runs the guest's instructions: `kvm` where libvirt can use it, unless another was asked for.
    package let virtualization: HostAbilities.Virtualization?
    /// The architecture, as QEMU names it.
    package let architecture: String?
    /// The board, by its full name.
    package let machineType: String?
    /// Whether there is firmware for UEFI.
    package let hasUEFI: Bool
    /// Whether there is firmware for UEFI that only starts what is signed.
    package let hasSecureBoot: Bool
    /// Whether there is a program that acts as a Trusted Platform Module.
    package let hasTPMEmulator: Bool
    /// The kinds of graphics, such as `vnc`.
    package let graphics: Set<String>
    /// The modes of the processor, such as `host-passthrough`.
    package let processorModes: Set<String>

    /// Reads the element.
    package init(_ element: XMLElement) {
        emulator = element["path"]?.text
        virtualization = (element["domain"]?.text).flatMap(HostAbilities.Virtualization.init(rawValue:))
        architecture = element["arch"]?.text
        machineType = element["machine"]?.text
        hasUEFI = element["os"]?.values(of: "firmware").contains("efi") ?? false
        hasSecureBoot = element["os", "loader"]?.values(of: "secure").contains("yes") ?? false
        let tpm = element["devices", "tpm"]
        hasTPMEmulator =
            tpm?[attribute: "supported"] == "yes" && tpm?.values(of: "backendModel").contains("emulator") == true
        graphics = element["devices", "graphics"]?.values(of: "type") ?? []
        let modes = element["cpu"]?.children(named: "mode").filter { $0[attribute: "supported"] == "yes" } ?? []
        processorModes = Set(modes.compactMap { $0[attribute: "name"] })
    }
}

extension XMLElement {
    /// The values of an `<enum>` that it holds.
    fileprivate func values(of name: String) -> Set<String> {
        let list = children(named: "enum").first { $0[attribute: "name"] == name }
        return Set(list?.children(named: "value").map(\.text) ?? [])
    }
}
