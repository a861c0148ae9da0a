import DevenvDiagnostics

/// What a command with `--json` prints in place of its answer when it fails.
struct FailureDocument: Encodable {
    let schema = JSONText.schema
    let error: ErrorObject

    init(_ failure: CommandFailure) { error = ErrorObject(failure) }

    private enum CodingKeys: String, CodingKey { case schema, error }
}

/// A failure.
struct ErrorObject: Encodable {
    let code: String
    let message: String
    let help: String?
    let diagnostics: [DiagnosticObject]?

    init(_ failure: CommandFailure) {
        code = failure.status.word
        message = failure.message
        help = failure.help
        diagnostics = failure.diagnostics.isEmpty ? nil : failure.diagnostics.map(DiagnosticObject.init)
    }
}

/// Something about the Envfile.
struct DiagnosticObject: Encodable {
    let severity: String
    let message: String
    let help: String?
    let file: String?
    let line: Int?
    let column: Int?

    init(_ diagnostic: Diagnostic) {
        severity = diagnostic.severity.rawValue
        message = diagnostic.message
        help = diagnostic.help
        file = diagnostic.location?.source.name
        line = diagnostic.location?.line
        column = diagnostic.location?.column
    }
}
