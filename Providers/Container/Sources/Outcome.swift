import DevenvPluginAPI

/// The result of something as a value, so that several can run side by side and keep their typed errors.
func outcome<Value: Sendable>(_ body: () async throws(ProviderError) -> Value) async -> Result<Value, ProviderError> {
    do { return .success(try await body()) } catch { return .failure(error) }
}
