import DevenvEngine
import DevenvModel

/// The lines of the live block, as a pure function of how far the machines have come.
struct ProgressLines: Sendable {
    /// A narrower window has no room for a tree.
    private static let narrow = 40
    private static let longestStep = 40

    let style: TextStyle
    let isUnicode: Bool
    let frame: Int
    let now: ContinuousClock.Instant

    /// The machines that are not done: each as a tree of its steps where all of that fits, otherwise a line each, those at work
    /// first where even these don't all fit.
    func render(_ machines: [MachineProgress], columns: Int, rows: Int, nameWidth: Int) -> [ProgressLine] {
        // the cursor stands below the block: in a window of one row each frame would scroll
        guard rows > 1 else { return [] }
        let room = max(1, rows - 2)
        if columns >= Self.narrow {
            let tree = ProgressTree(style: style, signs: signs, now: now)
            for detail in ProgressTree.Detail.allCases {
                guard machines.reduce(0, { $0 + tree.rows($1, detail) }) <= room else { continue }
                return render(machines, tree, detail, columns, nameWidth)
            }
        }
        guard machines.count > room else { return align(machines, columns, nameWidth) }
        let busy = machines.filter { $0.state == .running }
        let shown = (busy + machines.filter { $0.state != .running }).prefix(room - 1)
        let rest = ProgressLine("  and \(machines.count - shown.count) more", columns, style, .faint)
        return align(Array(shown), columns, nameWidth) + [rest]
    }

    private var signs: ProgressSigns { ProgressSigns(isUnicode: isUnicode, frame: frame) }

    private func render(
        _ machines: [MachineProgress], _ tree: ProgressTree, _ detail: ProgressTree.Detail, _ columns: Int,
        _ nameWidth: Int
    ) -> [ProgressLine] {
        let ended = detail == .everything ? machines.flatMap(\.succeeded).map(\.action) : []
        let actions = ended + machines.flatMap(\.running).map(\.step.id.action)
        let stepWidth = min(Self.longestStep, actions.map { DisplayWidth.of($0.description) }.max() ?? 0)
        return machines.flatMap { machine -> [ProgressLine] in
            guard machine.state == .running else { return [waiting(machine, columns, nameWidth)] }
            return tree.lines(machine, detail, nameWidth: nameWidth, stepWidth: stepWidth, columns: columns)
        }
    }

    private func align(_ machines: [MachineProgress], _ columns: Int, _ names: Int) -> [ProgressLine] {
        let running = machines.filter { $0.state == .running }
        let activities = min(Self.longestStep, running.map { DisplayWidth.of($0.activity) }.max() ?? 0)
        return machines.map {
            $0.state == .running ? line($0, names, activities, columns) : waiting($0, columns, names)
        }
    }

    private func waiting(_ machine: MachineProgress, _ columns: Int, _ names: Int) -> ProgressLine {
        let name = DisplayWidth.pad(machine.name.rawValue, to: names)
        return ProgressLine("  \(name)  \(machine.activity)", columns, style, .faint)
    }

    private func line(_ machine: MachineProgress, _ names: Int, _ activities: Int, _ columns: Int) -> ProgressLine {
        let name = DisplayWidth.pad(machine.name.rawValue, to: names)
        let activity = DisplayWidth.pad(DisplayWidth.truncate(machine.activity, to: activities), to: activities)
        let began = machine.running.first?.began ?? now
        let time = DisplayWidth.padLeft(Elapsed.text((now - began).milliseconds), to: 6)
        let front = ProgressLine("\(signs.spinner) \(name)  \(activity)  \(time)", columns)
        let room = columns - 1 - front.width - 2
        guard room > 8, let tail = said(machine, room) else { return front }
        return ProgressLine(
            text: front.text + "  " + style.paint(tail, .faint), width: front.width + 2 + DisplayWidth.of(tail))
    }

    private func said(_ machine: MachineProgress, _ columns: Int) -> String? {
        if let transfer = machine.running.lazy.compactMap(\.transfer).first {
            return ProgressBar(isUnicode: isUnicode).text(transfer, columns: columns)
        }
        return machine.lastLine.isEmpty ? nil : DisplayWidth.truncate(machine.lastLine, to: columns)
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
