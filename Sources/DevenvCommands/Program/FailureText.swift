import DevenvDiagnostics

/// A failure as people read it.
enum FailureText {
    /// Writes it to standard error.
    static func write(_ failure: CommandFailure, to console: Console) {
        console.say(render(failure, console.messages.style))
    }

    /// Located faults of the Envfile, and one `error:` with its `help:`.
    static func render(_ failure: CommandFailure, _ style: TextStyle) -> String {
        var text =
            failure.diagnostics.isEmpty
            ? "" : DiagnosticRenderer(color: style.isColored).render(failure.diagnostics)
        text += "\(style.paint("error", .bad)): \(SafeText.clean(failure.message))\n"
        if let help = failure.help { text += "\(style.paint("help", .help)): \(SafeText.clean(help))\n" }
        return text
    }
}
