import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvState

/// Chooses the provider of each machine: the one that has it already; else the one asked for on the command line; else the
/// first usable one of the Envfile's order; else, where its box can come from nowhere but the store, the first usable one that the
/// box is there for; else the first usable one there is.
actor ProviderChoice {
    private let providers: [any Provider]
    private let wish: ProviderName?
    private let suits: @Sendable (MachineSpec, [BoxImage.Format]) -> Bool
    private var problems: [ProviderName: [Finding]] = [:]

    /// `suits`: whether a machine's box is known to be there in one of the formats.
    init(
        _ providers: [any Provider], wish: ProviderName?,
        suits: @escaping @Sendable (MachineSpec, [BoxImage.Format]) -> Bool = { _, _ in false }
    ) {
        self.providers = providers
        self.wish = wish
        self.suits = suits
    }

    /// The provider for a machine.
    func provider(for machine: MachineSpec, recorded: MachineRecord?) async throws(EngineError) -> any Provider {
        if let recorded { return try held(recorded) }
        if let wish { return try await usable(named: wish) }
        guard !machine.providers.isEmpty else {
            for provider in providers where suits(machine, provider.features.boxFormats) {
                if await problems(of: provider).isEmpty { return provider }
            }
            return try await firstUsable(of: providers, for: machine)
        }
        let preferred = machine.providers.compactMap { name in providers.first { $0.name == name.value } }
        return try await firstUsable(of: preferred, for: machine)
    }

    private func held(_ record: MachineRecord) throws(EngineError) -> any Provider {
        let name = record.identity.name
        if let wish, wish != record.provider {
            throw EngineError(
                .provider, "machine '\(name)' was made by the provider '\(record.provider)', not '\(wish)'",
                help: "run 'devenv destroy \(name)' first")
        }
        guard let provider = providers.first(where: { $0.name == record.provider }) else {
            throw EngineError(
                .provider, "machine '\(name)' was made by the provider '\(record.provider)', which this devenv lacks",
                help: "use the devenv that made it")
        }
        return provider
    }

    private func usable(named name: ProviderName) async throws(EngineError) -> any Provider {
        guard let provider = providers.first(where: { $0.name == name }) else {
            let known = providers.map(\.name.rawValue)
            throw EngineError(
                .provider, "there is no provider '\(name)'",
                help: Suggestion.help(for: name.rawValue, among: known) ?? "there are: \(known.joined(separator: ", "))"
            )
        }
        let problems = await problems(of: provider)
        guard let first = problems.first else { return provider }
        throw EngineError(.provider, "the provider '\(name)' can't be used: \(first.message)", help: first.cure)
    }

    private func firstUsable(of candidates: [any Provider], for machine: MachineSpec) async throws(EngineError)
        -> any Provider
    {
        var reasons: [String] = []
        var cure: String?
        for provider in candidates {
            let problems = await problems(of: provider)
            guard let first = problems.first else { return provider }
            reasons.append("\(provider.name): \(first.message)")
            cure = cure ?? first.cure
        }
        let names = machine.providers.map(\.value.rawValue).joined(separator: ", ")
        let why = reasons.isEmpty ? "this devenv has none of: \(names)" : reasons.joined(separator: "; ")
        throw EngineError(
            .provider, "no provider can be used for machine '\(machine.name.value)': \(why)",
            help: cure ?? "'devenv doctor' shows what is usable here")
    }

    private func problems(of provider: any Provider) async -> [Finding] {
        if let known = problems[provider.name] { return known }
        let found = await provider.check().filter { $0.severity == .problem }
        problems[provider.name] = found
        return found
    }
}
