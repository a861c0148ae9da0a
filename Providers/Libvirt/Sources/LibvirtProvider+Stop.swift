import DevenvHost
import DevenvModel
package import DevenvPluginAPI

extension LibvirtProvider {
    /// Stops the machine: by its power button, again and again, as a guest that does not listen yet does not notice; by its
    /// agent too; in the end by switching it off.
    ///
    /// A suspended machine goes on first, so that it can write down what it has in memory; without grace it is lost.
    package func stop(_ machine: RecordedMachine, grace: Duration) async throws(ProviderError) {
        let place = place(of: machine)
        let connection = try await connection(to: place, attempt(machine, "stopping"))
        guard let id = machine.identity.domain,
            let info = try await domain(id, connection, attempt(machine, "stopping"))
        else { return try await forwards.take(downOf: machine.identity) }
        if grace > .zero, info.isActive || info.hasManagedSave {
            try await shutDown(machine, info, connection, grace: grace)
        }
        FaultPoint.reach("libvirt.stop.asked")
        try await ProviderError.libvirt(attempt(machine, "switching off")) { () async throws(LibvirtError) in
            try await switchOff(id, connection)
        }
        FaultPoint.reach("libvirt.stop.off")
        try await forwards.take(downOf: machine.identity)
    }

    /// Ends a domain that runs or is saved; one that does neither is left as it is.
    func switchOff(_ id: DomainID, _ connection: LibvirtConnection) async throws(LibvirtError) {
        guard let info = try await connection.domains(of: [id])[id] else { return }
        if info.hasManagedSave, !info.isActive { try await connection.removeManagedSave(id) }
        guard info.isActive else { return }
        do throws(LibvirtError) { try await connection.powerOff(id, gracefully: false) } catch {
            // it has ended by itself a moment ago
            guard error.isOperationInvalid || error.isMissing else { throw error }
        }
    }

    /// Asks the guest until it has ended or its time is over.
    private func shutDown(
        _ machine: RecordedMachine, _ info: DomainInfo, _ connection: LibvirtConnection, grace: Duration
    ) async throws(ProviderError) {
        let deadline = ContinuousClock.now + grace
        try await ProviderError.libvirt(attempt(machine, "stopping")) { () async throws(LibvirtError) in
            if info.observedState == .suspended { try await wake(info, connection) }
            var round = 0
            while ContinuousClock.now < deadline, !Task.isCancelled {
                try await press(info.id, connection, withAgent: round % 2 == 1)
                round += 1
                let patience = min(Self.patienceForButton, deadline - .now)
                let events = MachineEvents(connection: connection, domain: info.id)
                if try await events.waitForStop(within: patience) { return }
            }
        }
        try ProviderError.checkCancellation(attempt(machine, "stopping"))
    }

    /// How long a guest may take to notice the button before it is pressed again.
    private static let patienceForButton = Duration.seconds(2)

    private func press(_ id: DomainID, _ connection: LibvirtConnection, withAgent: Bool) async throws(LibvirtError) {
        do throws(LibvirtError) { try await connection.shutdown(id, by: withAgent ? .agent : .acpi) } catch {
            // a guest without the agent, or one that has just ended
            if withAgent || error.isOperationInvalid || error.isMissing { return }
            guard error.isInvalidArgument || error.isUnsupported else { throw error }
            try await connection.shutdown(id, by: .preferred)  // libvirt's driver for tests has no power button
        }
    }

    /// Lets a suspended domain go on.
    func wake(_ info: DomainInfo, _ connection: LibvirtConnection) async throws(LibvirtError) {
        guard info.isActive else { return try await connection.start(info.id) }
        try await connection.resume(info.id)
    }

    func domain(_ id: DomainID, _ connection: LibvirtConnection, _ attempt: String) async throws(ProviderError)
        -> DomainInfo?
    {
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.domains(of: [id])[id]
        }
    }

    func attempt(_ machine: RecordedMachine, _ verb: String) -> String {
        "\(verb) the machine '\(machine.identity.name)'"
    }
}
