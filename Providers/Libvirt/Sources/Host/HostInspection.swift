package import DevenvHost
package import DevenvPluginAPI
import SystemPackage

/// Asks a libvirt daemon, and where it is on this host the probe of KVM, what machines can be made.
package struct HostInspection: Sendable {
    /// What was found out for one machine.
    package struct Report: Hashable, Sendable {
        /// What decides how the machine is described.
        package let abilities: HostAbilities
        /// What libvirt says that it may have; nil from libvirt's own driver for tests, which says nothing.
        package let capabilities: DomainCapabilities?
        /// Why the machine is slower than it could be; nil where it is not.
        package let notice: String?
    }

    private let probe: AcceleratorProbe

    /// Uses this probe.
    package init(probe: AcceleratorProbe) {
        self.probe = probe
    }

    /// Uses a probe that keeps what it finds out in these directories.
    package init(directories: HostDirectories) {
        self.init(probe: AcceleratorProbe(directories: directories))
    }

    /// What a machine with these options may have. Two calls of libvirt; the probe runs where KVM might be used and has
    /// not been tried since the host was started.
    package func report(
        of connection: LibvirtConnection, options: LibvirtOptions
    ) async throws(ProviderError) -> Report {
        let uri = LibvirtURI(connection.uri)
        let version = try await Self.asking { () async throws(LibvirtError) in try await connection.daemonVersion() }
        guard uri.driver != "test" else {
            let abilities = HostAbilities(virtualization: .test, libvirtVersion: version)
            return Report(abilities: abilities, capabilities: nil, notice: nil)
        }
        let capabilities = try await Self.capabilities(connection, options)
        let choice = try AcceleratorChoice.make(
            wanted: options.accelerator, offers: capabilities.virtualization == .kvm,
            isNative: options.architecture == nil || capabilities.architecture == Self.ownArchitecture,
            verdict: await verdict(capabilities, uri, options.accelerator))
        var abilities = HostAbilities(
            virtualization: choice.virtualization, scope: uri.scope,
            emulator: capabilities.emulator.map { FilePath($0) },
            libvirtVersion: version)
        abilities.architecture = capabilities.architecture ?? abilities.architecture
        return Report(abilities: abilities, capabilities: capabilities, notice: choice.notice)
    }

    /// What the probe says of machines with these abilities.
    func verdict(
        _ capabilities: DomainCapabilities, _ uri: LibvirtURI, _ wanted: Accelerator
    ) async -> AcceleratorVerdict {
        guard wanted != .tcg else { return .untried("emulation was asked for") }
        guard uri.isLocal else { return .untried("the machines run on another host") }
        guard let emulator = capabilities.emulator, capabilities.architecture == "x86_64",
            Self.ownArchitecture == "x86_64"
        else { return .untried("the probe is for 64-bit PCs") }
        if uri.scope == .system, let user = EmulatorUser.find(), !user.mayOpen(KVMObstacle.device) {
            return .unavailable(.closed(to: user.name))
        }
        return await probe.verdict(for: FilePath(emulator))
    }

    private static func capabilities(
        _ connection: LibvirtConnection, _ options: LibvirtOptions
    ) async throws(ProviderError) -> DomainCapabilities {
        do {
            let element = try await connection.domainCapabilities(
                arch: options.architecture?.rawValue, machine: options.machineType)
            return DomainCapabilities(element)
        } catch {
            guard error.isUnsupported else { throw error.providerError(attempt) }
            throw .unsupported("\(attempt): \(error.message)", help: "apt-get install \(options.emulatorPackage)")
        }
    }

    private static let attempt = "asking libvirt what it can run"

    private static func asking<Value>(
        _ call: () async throws(LibvirtError) -> Value
    ) async throws(ProviderError) -> Value {
        do { return try await call() } catch { throw error.providerError(attempt) }
    }

    /// This program's architecture, as QEMU names it.
    static var ownArchitecture: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "aarch64"
        #else
            "unknown"
        #endif
    }
}

extension LibvirtOptions {
    /// The Debian package of the emulator for the machine's architecture.
    fileprivate var emulatorPackage: String {
        switch architecture {
        case nil, .x86_64, .i686: "qemu-system-x86"
        case .aarch64: "qemu-system-arm"
        case .ppc64le: "qemu-system-ppc"
        case .riscv64, .s390x: "qemu-system-misc"
        }
    }
}
