import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The last words of an action: each failure once, then how to reach what runs.
struct OutcomeText: Sendable {
    private static let listed = 12
    private let style: TextStyle
    private let isQuiet: Bool

    /// Makes a renderer; a quiet one speaks of failures only.
    init(style: TextStyle, isQuiet: Bool = false) {
        self.style = style
        self.isQuiet = isQuiet
    }

    /// The whole text.
    func render(_ outcome: Outcome) -> String {
        let failures = outcome.failures.map { failure($0, outcome) }.joined()
        let skipped = skips(outcome)
        let last = outcome.failure.map { $0.status == .interrupted ? "" : FailureText.render($0, style) } ?? ""
        if isQuiet { return failures + skipped + last }
        return failures + skipped + messages(outcome) + addresses(outcome) + last + verdict(outcome)
    }

    private func failure(_ failure: StepFailure, _ outcome: Outcome) -> String {
        var text = "\(style.paint("error", .bad)): \(failure.step): \(SafeText.clean(failure.message))\n"
        text += failure.details.map { "    \(SafeText.singleLine($0))\n" }.joined()
        if let help = failure.help { text += "    \(style.paint("help", .help)): \(SafeText.clean(help))\n" }
        if let log = outcome.logs[failure.step.machine] {
            // from the project's directory on: the whole path may be longer than the terminal is wide
            let inside = log.components.drop { $0.string != ".devenv" }.map(\.string).joined(separator: "/")
            let place = inside.isEmpty ? log.string : inside
            let only = if case .provision(let name) = failure.step.action { " --log provision-\(name)" } else { "" }
            let command = "devenv logs \(failure.step.machine)\(only)"
            text += "    \(style.paint("logs", .faint)): '\(command)', from \(place)\n"
        }
        return text
    }

    private func skips(_ outcome: Outcome) -> String {
        let failed = Set(outcome.report.failures.map(\.step.machine))
        let names = outcome.plan.machines.filter { name in
            !failed.contains(name) && outcome.report.skipped.contains { $0.machine == name }
        }
        guard !names.isEmpty, !outcome.report.wasInterrupted else { return "" }
        return "\(style.paint("skipped", .notable)): \(Phrase.list(names.map(\.rawValue))), waiting for what failed\n"
    }

    private func messages(_ outcome: Outcome) -> String {
        outcome.plan.machines.compactMap { name in
            guard let message = outcome.messages[name], !outcome.report.failedMachines.contains(name) else {
                return nil
            }
            // a text that YAML has as a block ends with its line
            let lines = message.withoutFinalNewline.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.map { "\(style.paint("\(name):", .strong)) \(SafeText.clean(String($0)))\n" }.joined()
        }.joined()
    }

    private func addresses(_ outcome: Outcome) -> String {
        let failed = outcome.report.failedMachines
        let reachable = outcome.machines.filter { $0.observation.state == .running && !failed.contains($0.name) }
        let lines = reachable.prefix(Self.listed).map { status in
            let ways = ["ssh with 'devenv ssh \(status.name)'"] + status.forwards.map(Self.url)
            return "\(style.paint(status.name.rawValue, .strong)) is ready: \(ways.joined(separator: ", "))\n"
        }
        let rest = reachable.count - Self.listed
        return lines.joined() + (rest > 0 ? "and \(rest) more; 'devenv status' lists them all\n" : "")
    }

    private func verdict(_ outcome: Outcome) -> String {
        switch outcome.status {
        case .interrupted:
            style.paint("Interrupted", .bad) + " after \(outcome.duration.brief)"
                + (outcome.failure == nil ? "; run it again to go on.\n" : ", once the machines were done.\n")
        case .done: style.paint("Done", .good) + " in \(outcome.duration.brief).\n"
        default: failed(outcome)
        }
    }

    private func failed(_ outcome: Outcome) -> String {
        guard outcome.failure == nil else { return style.paint("Failed", .bad) + " after \(outcome.duration.brief).\n" }
        let bad = outcome.report.failedMachines.count
        let all = Phrase.count(outcome.plan.machines.count, "machine")
        return style.paint("Failed", .bad) + " on \(bad) of \(all) after \(outcome.duration.brief).\n"
    }

    /// A forward as something to click on where it is known to be the web, otherwise as address and port.
    private static func url(_ forward: PortForward) -> String {
        let place = "\(forward.address):\(forward.host)"
        return switch (forward.transport, forward.guest) {
        case (.tcp, 80), (.tcp, 3000), (.tcp, 8000), (.tcp, 8080): "http://\(place)"
        case (.tcp, 443), (.tcp, 8443): "https://\(place)"
        default: "\(place) -> \(forward.guest)/\(forward.transport.rawValue)"
        }
    }
}
