import DevenvHost
import DevenvPluginAPI
import SystemPackage

extension ProviderError {
    /// Runs calls of VirtualBox and translates what goes wrong: "starting the machine 'web'".
    static func virtualBox<Value: Sendable>(
        _ attempt: String, _ body: () async throws(VBoxError) -> Value
    ) async throws(ProviderError) -> Value {
        do { return try await body() } catch { throw error.providerError(attempt) }
    }

    /// Runs something with files of this host and translates what goes wrong with them.
    static func translate<Value: ~Copyable>(_ body: () throws(HostError) -> Value) throws(ProviderError) -> Value {
        do { return try body() } catch {
            switch error.errno {
            case .noSpace: throw .diskFull(error.description, help: "free some space")
            case .permissionDenied, .notPermitted:
                throw .notPermitted(error.description, help: "run devenv as the user who made the machine")
            default: throw .failed(error.description)
            }
        }
    }
}
