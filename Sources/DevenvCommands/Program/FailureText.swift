import DevenvDiagnostics

/// A failure as people read it.
enum FailureText {
    /// Writes it to standard error: located faults of the Envfile, or one `error:` with its `help:`.
    static func write(_ failure: CommandFailure, to console: Console) {
        let style = console.messages.style
        if !failure.diagnostics.isEmpty {
            console.say(DiagnosticRenderer(color: style.isColored).render(failure.diagnostics))
        }
        var text = "\(style.paint("error", .bad)): \(SafeText.clean(failure.message))\n"
        if let help = failure.help { text += "\(style.paint("help", .help)): \(SafeText.clean(help))\n" }
        console.say(text)
    }
}
