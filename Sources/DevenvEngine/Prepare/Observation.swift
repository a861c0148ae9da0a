import DevenvModel
import DevenvPluginAPI
import DevenvState

/// Asks the providers what is real: one call each, all at once.
enum Observation {
    /// What is seen of each recorded machine; `.unknown` where its provider failed or is not there.
    static func observe(
        _ records: [MachineRecord], _ providers: [any Provider]
    ) async -> [MachineName: MachineObservation] {
        await withTaskGroup(of: [MachineName: MachineObservation].self) { group in
            for (name, records) in Dictionary(grouping: records, by: \.provider) {
                group.addTask { await observe(records, with: providers.first { $0.name == name }, name) }
            }
            return await group.reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
        }
    }

    private static func observe(
        _ records: [MachineRecord], with provider: (any Provider)?, _ name: ProviderName
    ) async -> [MachineName: MachineObservation] {
        func unknown(_ reason: String) -> [MachineName: MachineObservation] {
            Dictionary(uniqueKeysWithValues: records.map { ($0.identity.name, MachineObservation(.unknown(reason))) })
        }
        guard let provider else { return unknown("this devenv has no provider '\(name)'") }
        do throws(ProviderError) {
            let machines = records.map(\.recorded)
            let seen = try await provider.observe(machines)
            return Dictionary(
                uniqueKeysWithValues: records.map { record in
                    (record.identity.name, seen[record.identity.machine] ?? MachineObservation(.absent))
                })
        } catch {
            return unknown(error.message)
        }
    }
}
