package import DevenvDiagnostics
package import DevenvModel

extension ProvisionerSpec {
    /// Refuses to run an item whose options have a mistake, by the first of them; nothing runs where `validate` was heeded.
    package func requireNoMistake(in diagnostics: [Diagnostic]) throws(ProvisionerError) {
        guard let fault = diagnostics.first(where: { $0.severity == .error }) else { return }
        throw ProvisionerError("reading the options of '\(name.value)': \(fault.message)", help: fault.help)
    }
}

extension ProvisionerError {
    /// What it means for an attempt that its machine was out of reach: an interruption, the item's own time, or a broken connection.
    package init(_ error: CommunicatorError, _ attempt: String) {
        switch error.code {
        case .cancelled: self.init("\(attempt): interrupted", isCancellation: true)
        case .timedOut: self.init("\(attempt): out of time", help: "raise the item's 'timeout'")
        default: self.init("\(attempt): \(error)")
        }
    }
}
