import DevenvBoxes
import DevenvHost

/// Why skopeo did not do what it was asked for.
struct SkopeoComplaint: Hashable, Sendable {
    /// Its last message.
    let text: String

    /// Reads what it wrote: lines such as `time="…" level=fatal msg="…"`.
    init(_ outcome: ToolOutcome) {
        let complaint = outcome.complaint
        guard let start = complaint.firstRange(of: "level=fatal msg=") else {
            text = complaint
            return
        }
        let message = complaint[start.upperBound...]
        let bare = message.hasPrefix("\"") && message.hasSuffix("\"") ? message.dropFirst().dropLast() : message
        text = String(bare).replacing("\\\"", with: "\"")
    }

    /// The error, with what to do about it.
    func error(_ attempt: String, _ image: ImageReference) -> BoxError {
        let message = "\(attempt): \(text)"
        let host = image.description.dropFirst(4).prefix { $0 != "/" }
        let lower = text.lowercased()
        if lower.contains("manifest unknown") || lower.contains("name unknown") || lower.contains("not found") {
            return BoxError(.missing, message, help: "look whether name and tag are right")
        }
        if lower.contains("unauthorized") || lower.contains("authentication required") || lower.contains("denied") {
            return BoxError(.notPermitted, message, help: "run 'skopeo login \(host)'")
        }
        if lower.contains("http response to https client") || lower.contains("x509:") {
            return BoxError(
                .failed, message,
                help: "have the host trust the registry's certificate, or use --insecure where nobody can listen in")
        }
        if lower.contains("no space left") {
            return BoxError(.diskFull, message, help: "free some space; nothing was left behind")
        }
        return BoxError(.failed, message)
    }
}
