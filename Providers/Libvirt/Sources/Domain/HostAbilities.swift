package import SystemPackage

/// What of a hypervisor's abilities decides how machines are described to it.
package struct HostAbilities: Hashable, Sendable {
    /// What runs the guest's instructions, in libvirt's words: the type of its domains.
    package enum Virtualization: String, Sendable, CaseIterable {
        /// The processor itself.
        case kvm
        /// QEMU's emulation.
        case qemu
        /// Nobody: libvirt's own driver for tests.
        case test
    }

    /// Whose libvirt daemon it is.
    package enum Scope: Sendable {
        /// The host's, with networks.
        case system
        /// The user's own, without any privilege.
        case session
    }

    /// What runs the guest's instructions.
    package var virtualization: Virtualization
    /// Whose daemon it is.
    package var scope: Scope
    /// The guest's architecture, as QEMU names it: `x86_64`.
    package var architecture: String
    /// The emulator; nil for the one that libvirt picks.
    package var emulator: FilePath?
    /// libvirt's version: major × 1,000,000 + minor × 1,000 + release.
    package var libvirtVersion: Int
    /// The processor's feature that guests need for virtual machines of their own, `vmx` or `svm`; nil where it is unknown.
    package var nestingFeature: String?

    /// Describes a hypervisor.
    package init(
        virtualization: Virtualization, scope: Scope = .system, architecture: String = "x86_64",
        emulator: FilePath? = nil, libvirtVersion: Int = 9_000_000, nestingFeature: String? = nil
    ) {
        self.virtualization = virtualization
        self.scope = scope
        self.architecture = architecture
        self.emulator = emulator
        self.libvirtVersion = libvirtVersion
        self.nestingFeature = nestingFeature
    }

    /// Whether it is a PC, which has ACPI, an APIC and a panic port.
    var isPC: Bool { architecture == "x86_64" || architecture == "i686" }
}
