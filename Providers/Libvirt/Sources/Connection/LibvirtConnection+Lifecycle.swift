import CLibvirt

/// How a guest is asked to shut down.
package enum ShutdownMethod: Hashable, Sendable {
    /// By the power button. The guest doesn't notice before it listens: press again when nothing happens.
    case acpi
    /// By the guest agent.
    case agent
    /// In whatever way the hypervisor has.
    case preferred
}

/// Starting, stopping and everything between.
extension LibvirtConnection {
    /// Starts a domain, or continues a saved one unless `forceBoot` throws what was saved away.
    package func start(_ id: DomainID, paused: Bool = false, forceBoot: Bool = false) async throws(LibvirtError) {
        let pause = paused ? UInt32(VIR_DOMAIN_START_PAUSED.rawValue) : 0
        let boot = forceBoot ? UInt32(VIR_DOMAIN_START_FORCE_BOOT.rawValue) : 0
        try await call(.domain(id)) { unsafe $0.virDomainCreateWithFlags($1, pause | boot) }
    }

    /// Asks the guest to shut down, and returns at once.
    package func shutdown(_ id: DomainID, by method: ShutdownMethod) async throws(LibvirtError) {
        let flags =
            switch method {
            case .acpi: UInt32(VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN.rawValue)
            case .agent: UInt32(VIR_DOMAIN_SHUTDOWN_GUEST_AGENT.rawValue)
            case .preferred: UInt32(VIR_DOMAIN_SHUTDOWN_DEFAULT.rawValue)
            }
        try await call(.domain(id)) { unsafe $0.virDomainShutdownFlags($1, flags) }
    }

    /// Ends the hypervisor process; `gracefully` never by SIGKILL, so that what it has cached reaches the disks, and
    /// throws where it does not end in time.
    package func powerOff(_ id: DomainID, gracefully: Bool) async throws(LibvirtError) {
        let flags = gracefully ? UInt32(VIR_DOMAIN_DESTROY_GRACEFUL.rawValue) : 0
        try await call(.domain(id)) { unsafe $0.virDomainDestroyFlags($1, flags) }
    }

    /// Presses the reset button.
    package func reset(_ id: DomainID) async throws(LibvirtError) {
        try await call(.domain(id)) { unsafe $0.virDomainReset($1, 0) }
    }

    /// Stops the processors of a domain.
    package func suspend(_ id: DomainID) async throws(LibvirtError) {
        try await call(.domain(id)) { unsafe $0.virDomainSuspend($1) }
    }

    /// Lets the processors of a domain go on.
    package func resume(_ id: DomainID) async throws(LibvirtError) {
        try await call(.domain(id)) { unsafe $0.virDomainResume($1) }
    }

    /// Has a domain started with the daemon or not.
    package func setAutostart(_ id: DomainID, _ isOn: Bool) async throws(LibvirtError) {
        try await call(.domain(id)) { unsafe $0.virDomainSetAutostart($1, isOn ? 1 : 0) }
    }

    /// Saves the memory of a running domain and stops it; the next start continues it.
    package func managedSave(_ id: DomainID) async throws(LibvirtError) {
        try await call(.domain(id)) { unsafe $0.virDomainManagedSave($1, 0) }
    }

    /// Throws away what `managedSave` saved, if there is something.
    package func removeManagedSave(_ id: DomainID) async throws(LibvirtError) {
        guard try await hasManagedSave(id) else { return }
        try await call(.domain(id)) { unsafe $0.virDomainManagedSaveRemove($1, 0) }
    }

    /// Whether the next start continues a saved domain.
    package func hasManagedSave(_ id: DomainID) async throws(LibvirtError) -> Bool {
        try await call(.domain(id)) { unsafe $0.virDomainHasManagedSaveImage($1, 0) } == 1
    }

    /// Saves the memory of a running domain into a file of the daemon's host and stops it.
    package func save(_ id: DomainID, to path: String) async throws(LibvirtError) {
        try await call(.domain(id)) { unsafe $0.virDomainSaveFlags($1, path, nil, 0) }
    }

    /// Continues the domain that a file was made of, with devices as in `xml` where that is given; the file stays.
    package func restore(from path: String, xml: XMLElement?) async throws(LibvirtError) {
        guard let text = xml?.description else {
            try await call(.connection) { unsafe $0.virDomainRestoreFlags($1, path, nil, 0) }
            return
        }
        try await call(.connection) { unsafe $0.virDomainRestoreFlags($1, path, text, 0) }
    }
}
