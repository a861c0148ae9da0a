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
        try await aside { lane throws(LibvirtError) in
            var flags: UInt32 = 0
            if paused { flags |= UInt32(VIR_DOMAIN_START_PAUSED.rawValue) }
            if forceBoot { flags |= UInt32(VIR_DOMAIN_START_FORCE_BOOT.rawValue) }
            try lane.call(lane.domain(id)) { unsafe lane.api.virDomainCreateWithFlags($0, flags) }
        }
    }

    /// Asks the guest to shut down, and returns at once.
    package func shutdown(_ id: DomainID, by method: ShutdownMethod) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            let flags =
                switch method {
                case .acpi: VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN
                case .agent: VIR_DOMAIN_SHUTDOWN_GUEST_AGENT
                case .preferred: VIR_DOMAIN_SHUTDOWN_DEFAULT
                }
            try lane.call(lane.domain(id)) { unsafe lane.api.virDomainShutdownFlags($0, UInt32(flags.rawValue)) }
        }
    }

    /// Ends the hypervisor process; `gracefully` never by SIGKILL, so that what it has cached reaches the disks, and
    /// throws where it does not end in time.
    package func powerOff(_ id: DomainID, gracefully: Bool) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            let flags = gracefully ? UInt32(VIR_DOMAIN_DESTROY_GRACEFUL.rawValue) : 0
            try lane.call(lane.domain(id)) { unsafe lane.api.virDomainDestroyFlags($0, flags) }
        }
    }

    /// Presses the reset button.
    package func reset(_ id: DomainID) throws(LibvirtError) {
        try call(domain(id)) { unsafe api.virDomainReset($0, 0) }
    }

    /// Stops the processors of a domain.
    package func suspend(_ id: DomainID) throws(LibvirtError) {
        try call(domain(id)) { unsafe api.virDomainSuspend($0) }
    }

    /// Lets the processors of a domain go on.
    package func resume(_ id: DomainID) throws(LibvirtError) {
        try call(domain(id)) { unsafe api.virDomainResume($0) }
    }

    /// Has a domain started with the daemon or not.
    package func setAutostart(_ id: DomainID, _ isOn: Bool) throws(LibvirtError) {
        try call(domain(id)) { unsafe api.virDomainSetAutostart($0, isOn ? 1 : 0) }
    }

    /// Saves the memory of a running domain and stops it; the next start continues it.
    package func managedSave(_ id: DomainID) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            try lane.call(lane.domain(id)) { unsafe lane.api.virDomainManagedSave($0, 0) }
        }
    }

    /// Throws away what `managedSave` saved, if there is something.
    package func removeManagedSave(_ id: DomainID) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            let domain = try lane.domain(id)
            guard try lane.check(domain.lend { unsafe lane.api.virDomainHasManagedSaveImage($0, 0) }) == 1 else {
                return
            }
            try lane.check(domain.lend { unsafe lane.api.virDomainManagedSaveRemove($0, 0) })
        }
    }

    /// Whether the next start continues a saved domain.
    package func hasManagedSave(_ id: DomainID) throws(LibvirtError) -> Bool {
        try call(domain(id)) { unsafe api.virDomainHasManagedSaveImage($0, 0) } == 1
    }

    /// Saves the memory of a running domain into a file of the daemon's host and stops it.
    package func save(_ id: DomainID, to path: String) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            try lane.call(lane.domain(id)) { unsafe lane.api.virDomainSaveFlags($0, path, nil, 0) }
        }
    }

    /// Continues the domain that a file was made of, with devices as in `xml` where that is given; the file stays.
    package func restore(from path: String, xml: XMLElement?) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            guard let text = xml?.description else {
                try lane.check(try lane.lend { unsafe lane.api.virDomainRestoreFlags($0, path, nil, 0) })
                return
            }
            try lane.check(try lane.lend { unsafe lane.api.virDomainRestoreFlags($0, path, text, 0) })
        }
    }
}
