import DevenvEngine
import DevenvModel

/// The lines that a machine leaves behind in the terminal.
struct ClosingLines: Sendable {
    let style: TextStyle
    let isUnicode: Bool

    /// The one line of a machine that is done or given up.
    func closing(_ machine: MachineProgress, at now: ContinuousClock.Instant, nameWidth: Int) -> String {
        let name = DisplayWidth.pad(machine.name.rawValue, to: nameWidth)
        guard let began = machine.began else { return "\(style.paint(skip, .notable)) \(name)  skipped\n" }
        let time = Elapsed.text((now - began).milliseconds)
        if machine.state == .failed { return "\(style.paint(cross, .bad)) \(name)  failed after \(time)\n" }
        let account = machine.account.isEmpty ? "done" : machine.account
        return "\(style.paint(check, .good)) \(name)  \(account) in \(time)\n"
    }

    /// A step that failed, with the last that it wrote.
    func failure(_ step: Step, _ duration: Duration, _ tail: [String]) -> String {
        let head = "\(style.paint(cross, .bad)) \(step.id) failed after \(duration.brief)"
        guard !tail.isEmpty else { return head + "\n" }
        let lines = tail.map { "    \(style.paint(isUnicode ? "│" : "|", .faint)) \(SafeText.clean($0))\n" }
        return head + "; the last that it wrote:\n" + lines.joined()
    }

    private var check: String { isUnicode ? "✔" : "+" }
    private var cross: String { isUnicode ? "✘" : "x" }
    private var skip: String { isUnicode ? "∅" : "-" }
}
