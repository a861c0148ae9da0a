import DevenvModel

/// The lines of the live block, as a pure function of how far the machines have come.
struct ProgressLines: Sendable {
    let style: TextStyle
    let isUnicode: Bool
    let frame: Int
    let now: ContinuousClock.Instant

    /// A line for each machine that is not done, those at work first where they don't all fit.
    func render(_ machines: [MachineProgress], columns: Int, rows: Int) -> [(text: String, width: Int)] {
        let room = max(1, rows - 2)
        guard machines.count > room else { return align(machines, columns) }
        let busy = machines.filter { $0.state == .running }
        let shown = (busy + machines.filter { $0.state != .running }).prefix(room - 1)
        let rest = cut("  and \(machines.count - shown.count) more", columns)
        return align(Array(shown), columns) + [(style.paint(rest, .faint), DisplayWidth.of(rest))]
    }

    private func align(_ machines: [MachineProgress], _ columns: Int) -> [(text: String, width: Int)] {
        let names = machines.map(\.name.rawValue.count).max() ?? 0
        let activities = min(
            40, machines.filter { $0.state == .running }.map { DisplayWidth.of($0.activity) }.max() ?? 0)
        return machines.map { line($0, names, activities, columns) }
    }

    private func line(_ machine: MachineProgress, _ names: Int, _ activities: Int, _ columns: Int) -> (String, Int) {
        let isRunning = machine.state == .running
        let head = "\(isRunning ? spinner : " ") \(DisplayWidth.pad(machine.name.rawValue, to: names))  "
        guard isRunning, let began = machine.began else {
            let text = cut(head + machine.activity, columns)
            return (style.paint(text, .faint), DisplayWidth.of(text))
        }
        let activity = DisplayWidth.pad(DisplayWidth.truncate(machine.activity, to: activities), to: activities)
        let time = DisplayWidth.padLeft(Elapsed.text((now - began).milliseconds), to: 6)
        let front = cut("\(head)\(activity)  \(time)", columns)
        let room = columns - 1 - DisplayWidth.of(front) - 2
        guard room > 8, !machine.lastLine.isEmpty else { return (front, DisplayWidth.of(front)) }
        let tail = DisplayWidth.truncate(machine.lastLine, to: room)
        return (front + "  " + style.paint(tail, .faint), DisplayWidth.of(front) + 2 + DisplayWidth.of(tail))
    }

    /// One column stays free: a character in the last one makes some terminals wrap.
    private func cut(_ text: String, _ columns: Int) -> String { DisplayWidth.truncate(text, to: max(1, columns - 1)) }

    private var spinner: String {
        let frames = isUnicode ? ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] : ["|", "/", "-", "\\"]
        return frames[frame % frames.count]
    }
}

/// A running time that does not jitter: whole seconds from ten on.
enum Elapsed {
    /// `4.2 s`, `42 s`, `3m05s`.
    static func text(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1_000
        if seconds < 10 { return "\(seconds).\(milliseconds % 1_000 / 100) s" }
        if seconds < 60 { return "\(seconds) s" }
        return "\(seconds / 60)m\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)s"
    }
}
