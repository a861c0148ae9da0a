import DevenvEngine
import DevenvModel

/// The lines that a machine leaves behind in the terminal.
struct ClosingLines: Sendable {
    let style: TextStyle
    let isUnicode: Bool
    let nameWidth: Int
    let columns: Int
    /// How many rows one line of a failed step may take: what is cut off is in its log.
    private static let rowsOfLine = 4

    /// The one line of a machine that is done or given up; none where a failed step was shown already.
    func closing(_ machine: MachineProgress, at now: ContinuousClock.Instant) -> String {
        let name = DisplayWidth.pad(machine.name.rawValue, to: nameWidth)
        if machine.state == .failed {
            return machine.hasFailedStep ? "" : "\(style.paint(signs.skip, .notable)) \(name)  skipped\n"
        }
        let time = machine.began.map { (now - $0).brief } ?? ""
        let account = machine.account.isEmpty ? "done" : machine.account
        return "\(style.paint(signs.check, .good)) \(name)  \(account) in \(time)\n"
    }

    /// A step that failed, with the last that it wrote.
    func failure(_ step: Step, _ duration: Duration, _ tail: [String]) -> String {
        let name = DisplayWidth.pad(step.id.machine.rawValue, to: nameWidth)
        let head = "\(style.paint(signs.cross, .bad)) \(name)  \(step.id.action) failed after \(duration.brief)"
        guard !tail.isEmpty else { return head + "\n" }
        let gutter = "    \(style.paint(signs.trunk, .faint)) "
        let lines = tail.flatMap { DisplayWidth.fold(SafeText.clean($0), to: columns - 7, limit: Self.rowsOfLine) }
        return head + "; the last that it wrote:\n" + lines.map { gutter + $0 + "\n" }.joined()
    }

    /// A step that the user interrupted.
    func interruption(_ step: Step) -> String {
        let name = DisplayWidth.pad(step.id.machine.rawValue, to: nameWidth)
        return "\(style.paint(signs.skip, .notable)) \(name)  \(step.id.action) interrupted\n"
    }

    private var signs: ProgressSigns { ProgressSigns(isUnicode: isUnicode) }
}
