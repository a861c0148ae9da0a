import DevenvModel
import DevenvPluginAPI
import DevenvState

/// Asks the providers what is real: one call each, all at once.
enum Observation {
    /// What is seen of each machine of a project; `.unknown` where its provider failed or is not there.
    static func observe(
        _ records: [MachineRecord], _ providers: [any Provider]
    ) async -> [MachineName: MachineObservation] {
        let seen = await survey(records, providers)
        return Dictionary(
            records.compactMap { record in seen[record.identity.machine].map { (record.identity.name, $0) } }
        ) { first, _ in first }
    }

    /// The same of machines of any projects.
    static func survey(
        _ records: [MachineRecord], _ providers: [any Provider]
    ) async -> [MachineID: MachineObservation] {
        await withTaskGroup(of: [MachineID: MachineObservation].self) { group in
            for (name, records) in Dictionary(grouping: records, by: \.provider) {
                group.addTask { await observe(records, with: providers.first { $0.name == name }, name) }
            }
            return await group.reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
        }
    }

    private static func observe(
        _ records: [MachineRecord], with provider: (any Provider)?, _ name: ProviderName
    ) async -> [MachineID: MachineObservation] {
        let ids = records.map(\.identity.machine)
        func all(_ observation: (MachineID) -> MachineObservation) -> [MachineID: MachineObservation] {
            Dictionary(ids.map { ($0, observation($0)) }) { first, _ in first }
        }
        guard let provider else {
            return all { _ in MachineObservation(.unknown("this devenv has no provider '\(name)'")) }
        }
        do throws(ProviderError) {
            let seen = try await provider.observe(records.map(\.recorded))
            return all { seen[$0] ?? MachineObservation(.absent) }
        } catch {
            return all { _ in MachineObservation(.unknown(error.message)) }
        }
    }
}
