import DevenvPluginAPI

extension ProviderError {
    /// Asks libvirt for something and translates what goes wrong.
    static func libvirt<Value: Sendable>(
        _ attempt: String, _ call: () async throws(LibvirtError) -> Value
    ) async throws(ProviderError) -> Value {
        do { return try await call() } catch { throw error.providerError(attempt) }
    }
}
