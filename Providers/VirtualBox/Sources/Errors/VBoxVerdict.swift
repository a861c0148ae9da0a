import DevenvHost

/// What the end of a call means. Neither its status nor its output alone can tell: `discardstate` ends with 0 and complains,
/// `snapshot list` ends with 1 where there are none and is content.
enum VBoxVerdict {
    /// The standard output of a call that did what it was to do; why it did not otherwise.
    static func judge(_ call: VBoxCall, _ outcome: ToolOutcome) -> Result<String, VBoxError> {
        if let error = VBoxComplaint.read(String(decoding: outcome.standardError, as: UTF8.self)) {
            return .failure(error)
        }
        if outcome.status == 0 { return .success(outcome.text) }
        if let harmless = call.harmless, outcome.text.contains(harmless) { return .success("") }
        return .failure(VBoxError(.failed, "'\(call)' ended with status \(outcome.status) and did not say why"))
    }

    /// Why a call was not made to its end.
    static func translate(_ error: ToolError) -> VBoxError {
        switch error.code {
        case .missing: VBoxError(.missing, error.description)
        case .timedOut: VBoxError(.timedOut, error.description)
        case .cancelled: VBoxError(.cancelled, error.description)
        case .tooMuchOutput, .failed: VBoxError(.failed, error.description)
        }
    }
}
