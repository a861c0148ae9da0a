import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState

// Who is there changes with commands that are about a few machines; the names that the others have for them must follow.
extension Engine {
    /// Tells machines that run who their neighbours are by now, where that is not what they were last told. Never fails: a machine
    /// that can't be told is named in a notice, and told by the next command.
    ///
    /// Without the locks of the command itself, so that of two commands that end together the later one sees both. A machine that
    /// another command works on is left to that one, which does the same when it has ended.
    func tellNames(_ graph: MachineGraph, _ events: @escaping EventHandler) async {
        var failed: Set<MachineName> = []
        while !Task.isCancelled {
            // records that can't be read have failed the command already, or will fail the next one
            let stale = ((try? await machinesWithOldNames(graph)) ?? []).filter { !failed.contains($0.name.value) }
            var haveChanged = false
            for machine in stale {
                let name = machine.name.value
                do { if try await tellNames(graph, to: machine) { haveChanged = true } } catch {
                    failed.insert(name)
                    let reason = StepRunner.text(of: error).message
                    events(.notice(name, "has old names of its neighbours, 'devenv up \(name)' tries again: \(reason)"))
                }
            }
            // another command may have made or removed one meanwhile, and found these locked
            guard haveChanged else { return }
        }
    }

    /// The machines that run and were told other names than are true by now. A provider is only asked about those.
    private func machinesWithOldNames(_ graph: MachineGraph) async throws(StateError) -> [MachineSpec] {
        let records = try store.machines()
        var names = HostNames(graph, records: records)
        var stale: [MachineName: MachineSpec] = [:]
        let suspects = records.filter { record in
            guard let machine = graph[record.identity.name], names.areOld(in: record, of: machine),
                components.provider(record.provider)?.features.renames == true
            else { return false }
            stale[record.identity.name] = machine
            return true
        }
        guard !suspects.isEmpty else { return [] }
        let seen = await Observation.observe(suspects, components.providers)
        return suspects.map(\.identity.name).filter { seen[$0]?.state == .running }.compactMap { stale[$0] }
    }

    /// Tells one machine under its lock, by what is recorded then; false where there was nothing to tell.
    private func tellNames(_ graph: MachineGraph, to machine: MachineSpec) async throws -> Bool {
        let name = machine.name.value
        let locks: HeldLocks
        do throws(StateError) { locks = try store.lock([name]) } catch {
            if error.isLocked { return false }
            throw error
        }
        defer { withExtendedLifetime(locks) {} }
        let records = try store.machines()
        var names = HostNames(graph, records: records)
        guard var record = records.first(where: { $0.identity.name == name }), names.areOld(in: record, of: machine),
            let provider = components.provider(record.provider)
        else { return false }
        FaultPoint.reach("engine.names.before")
        let isTold = try await provider.rename(
            record.recorded, hosts: names.entries(for: machine), hostname: machine.hostname)
        FaultPoint.reach("engine.names.told")
        guard isTold else { return false }
        record.apply([names.setting(for: machine)])
        try store.save(record, durable: false)
        return true
    }
}

extension HostNames {
    /// Whether a machine that was made was last told other names.
    fileprivate mutating func areOld(in record: MachineRecord, of machine: MachineSpec) -> Bool {
        guard record.phase == .created else { return false }
        let told = record.settings.first { $0.key == Self.key }
        return told != setting(for: machine)
    }
}
