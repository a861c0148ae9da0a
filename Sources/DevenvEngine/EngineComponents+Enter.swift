import DevenvBoxes
package import DevenvModel
import DevenvPluginAPI

extension EngineComponents {
    /// Has this process become one that these providers serve; it may begin again for that and not return. To be called before
    /// anything was read or said.
    package func enter(_ names: Set<ProviderName>) async throws(EngineError) {
        for provider in providers where names.contains(provider.name) {
            do { try await provider.enter() } catch {
                throw EngineError(error.code == .cancelled ? .cancelled : .provider, error.message, help: error.help)
            }
        }
    }

    /// The same for whatever keeps boxes that are trees, whose files have owners that not everybody may give them.
    package func enterForTrees() async throws(EngineError) {
        try await enter(Set(providers.filter { $0.features.boxFormats.contains(.directories) }.map(\.name)))
    }
}
