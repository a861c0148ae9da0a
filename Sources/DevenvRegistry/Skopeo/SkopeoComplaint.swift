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
        text = Self.withoutName(String(bare).replacing("\\\"", with: "\""))
    }

    /// What was attempted names the image already.
    private static func withoutName(_ text: String) -> String {
        guard text.hasPrefix("Error parsing image name \""), let end = text.firstRange(of: "\": ") else { return text }
        return String(text[end.upperBound...])
    }

    /// The error, with what to do about it.
    func error(_ attempt: String, _ image: ImageReference) -> BoxError {
        let message = "\(attempt): \(text)"
        let host = image.description.dropFirst(4).prefix { $0 != "/" }
        let lower = text.lowercased()
        if lower.contains("manifest unknown") || lower.contains("name unknown") || lower.contains("not found") {
            return BoxError(.missing, message, help: "check the name and the tag")
        }
        if lower.contains("unauthorized") || lower.contains("authentication required") || lower.contains("denied") {
            return BoxError(.notPermitted, message, help: "run 'skopeo login \(host)'")
        }
        if lower.contains("http response to https client") || lower.contains("x509:") {
            return BoxError(
                .failed, message,
                help: "have the host trust the registry's certificate, or use --insecure where nobody can listen in")
        }
        let isAway = ["connection refused", "no such host", "i/o timeout", "no route to host", "unreachable"]
        if isAway.contains(where: lower.contains) {
            return BoxError(.failed, message, help: "check that '\(host)' is a registry, and that it can be reached")
        }
        if lower.contains("no space left") {
            return BoxError(.diskFull, message, help: "free some space; nothing was left behind")
        }
        return BoxError(.failed, message)
    }
}
