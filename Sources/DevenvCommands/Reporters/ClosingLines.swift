import DevenvEngine
import DevenvModel

/// The lines that a machine leaves behind in the terminal.
struct ClosingLines: Sendable {
    let style: TextStyle
    let isUnicode: Bool
    let nameWidth: Int

    /// The one line of a machine that is done or given up; none where a failed step was shown already.
    func closing(_ machine: MachineProgress, at now: ContinuousClock.Instant) -> String {
        let name = DisplayWidth.pad(machine.name.rawValue, to: nameWidth)
        if machine.state == .failed {
            return machine.hasFailedStep ? "" : "\(style.paint(skip, .notable)) \(name)  skipped\n"
        }
        let time = machine.began.map { (now - $0).brief } ?? ""
        let account = machine.account.isEmpty ? "done" : machine.account
        return "\(style.paint(check, .good)) \(name)  \(account) in \(time)\n"
    }

    /// A step that failed, with the last that it wrote.
    func failure(_ step: Step, _ duration: Duration, _ tail: [String]) -> String {
        let name = DisplayWidth.pad(step.id.machine.rawValue, to: nameWidth)
        let head = "\(style.paint(cross, .bad)) \(name)  \(step.id.action) failed after \(duration.brief)"
        guard !tail.isEmpty else { return head + "\n" }
        let lines = tail.map { "    \(style.paint(isUnicode ? "│" : "|", .faint)) \(SafeText.clean($0))\n" }
        return head + "; the last that it wrote:\n" + lines.joined()
    }

    /// A step that the user interrupted.
    func interruption(_ step: Step) -> String {
        let name = DisplayWidth.pad(step.id.machine.rawValue, to: nameWidth)
        return "\(style.paint(skip, .notable)) \(name)  \(step.id.action) interrupted\n"
    }

    private var check: String { isUnicode ? "✔" : "+" }
    private var cross: String { isUnicode ? "✘" : "x" }
    private var skip: String { isUnicode ? "∅" : "-" }
}
