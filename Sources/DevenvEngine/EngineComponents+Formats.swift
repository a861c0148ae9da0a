import DevenvDiagnostics
package import DevenvModel
package import DevenvPluginAPI

extension EngineComponents {
    /// The format that a provider's machines best start from; of no provider in particular, that of the first which can be used
    /// here, or else of the first there is.
    package func boxFormat(for name: ProviderName?) async throws(EngineError) -> BoxImage.Format {
        let provider: (any Provider)? = if let name { try named(name) } else { await firstUsable() }
        guard let format = provider?.features.boxFormats.first else {
            throw EngineError(.provider, "there is no provider that starts from a box")
        }
        return format
    }

    /// A box may be built on a host that can't start machines from it, so that nothing is asked of the host here.
    private func named(_ name: ProviderName) throws(EngineError) -> any Provider {
        if let provider = provider(name) { return provider }
        let known = providers.map(\.name.rawValue)
        throw EngineError(
            .provider, "there is no provider '\(name)'",
            help: Suggestion.help(for: name.rawValue, among: known) ?? "there are: \(known.joined(separator: ", "))")
    }

    private func firstUsable() async -> (any Provider)? {
        for provider in providers {
            if await !provider.check().contains(where: { $0.severity == .problem }) { return provider }
        }
        return providers.first
    }
}
