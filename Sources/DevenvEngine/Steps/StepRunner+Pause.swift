import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState

extension StepRunner {
    /// Pauses a machine; one that has no record is not ours to pause.
    func suspend(_ name: MachineName, _ provider: any Provider) async throws {
        guard let record = try store.machine(name) else { return }
        await connections.close(name)
        try await unwatch(record.identity)
        try await provider.suspend(record.recorded)
    }

    /// Lets a machine go on, waits until it answers and sets its clock. Repeating it completes one that was cut off.
    func resume(_ machine: Arriving) async throws {
        var record = try record(of: machine.name)
        record.isComingBack = true
        try store.save(record, durable: false)
        connections.forget(machine.name)
        FaultPoint.reach("engine.resume.intended")
        let seen = try await machine.provider.observe([record.recorded])[record.identity.machine]
        if seen?.state == .suspended { try await machine.provider.resume(record.recorded) }
        FaultPoint.reach("engine.resume.resumed")
        try await comeBack(machine)
        try await rewatch(machine.name, machine.provider)
    }

    /// Puts right what is missing around a machine that goes on where it was, waits for it and sets its clock.
    func comeBack(_ machine: Arriving) async throws {
        try await surround(machine)
        try await connect(machine)
        if let obstacle = try await GuestClock.set(
            over: try await reach(machine.name, machine.provider).communicator)
        {
            events(.notice(machine.name, "its clock may be behind, as it could not be set: \(obstacle)"))
        }
        FaultPoint.reach("engine.resume.clock-set")
        var record = try record(of: machine.name)
        record.isComingBack = nil
        try store.save(record, durable: false)
    }

    /// The host may have been restarted during the pause, or the machine was never let go on as a whole. Without an Envfile
    /// its provider does what it knows of; what that leaves is left to `up`.
    private func surround(_ machine: Arriving) async throws {
        let record = try record(of: machine.name)
        guard try await !drift(of: record, machine.provider).isEmpty else { return }
        if let wanted = machine.wanted { return try await mend(wanted) }
        if machine.provider.features.suspends { try await machine.provider.resume(record.recorded) }
        for text in try await drift(of: record, machine.provider) {
            events(.notice(machine.name, "\(text); 'devenv up \(machine.name)' puts it right"))
        }
    }

    private func drift(of record: MachineRecord, _ provider: any Provider) async throws(ProviderError) -> [String] {
        try await provider.observe([record.recorded])[record.identity.machine]?.drift ?? []
    }
}
