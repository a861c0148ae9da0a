import DevenvEngine
import DevenvModel

/// The lines of one machine of the live block where there is room for more than one: its steps, with the times that they took, and
/// under those that run the last that they wrote.
struct ProgressTree: Sendable {
    /// How much is shown.
    enum Detail: CaseIterable, Sendable {
        /// Every step that was begun.
        case everything
        /// Only those that run.
        case running
        /// Only those that run, with one line of what they write.
        case brief
    }

    let style: TextStyle
    let signs: ProgressSigns
    let now: ContinuousClock.Instant

    /// How many rows are kept for a machine: for what it may yet write as well, so that the block does not jump with each line.
    func rows(_ machine: MachineProgress, _ detail: Detail) -> Int {
        guard machine.state == .running else { return 1 }
        let ended = detail == .everything ? machine.succeeded.count : 0
        return 1 + ended + machine.running.count * (1 + kept(detail))
    }

    /// The lines of a machine at work; names and steps are padded so that the lines of all machines align.
    func lines(_ machine: MachineProgress, _ detail: Detail, nameWidth: Int, stepWidth: Int, columns: Int)
        -> [ProgressLine]
    {
        let name = DisplayWidth.pad(machine.name.rawValue, to: nameWidth)
        let time = machine.began.map { Elapsed.text((now - $0).milliseconds) } ?? ""
        var lines = [ProgressLine("\(signs.spinner) \(name)  \(machine.position), \(time)", columns)]
        if detail == .everything {
            lines += machine.succeeded.map {
                let text = step($0.action.description, $0.duration.milliseconds, stepWidth)
                return ProgressLine("  \(signs.branch) \(signs.check) \(text)", columns, style, .faint)
            }
        }
        for (number, progress) in machine.running.enumerated() {
            let isLast = number == machine.running.count - 1
            let sign = isLast ? signs.lastBranch : signs.branch
            let text = step(progress.step.id.action.description, (now - progress.began).milliseconds, stepWidth)
            lines.append(ProgressLine("  \(sign) \(signs.spinner) \(text)", columns))
            let gutter = "  \(isLast ? " " : signs.trunk)   "
            lines += said(progress, kept(detail), columns - 1 - gutter.count)
                .map { ProgressLine(gutter + $0, columns, style, .faint) }
        }
        return lines
    }

    private func step(_ name: String, _ milliseconds: Int64, _ width: Int) -> String {
        DisplayWidth.pad(DisplayWidth.truncate(name, to: width), to: width) + "  "
            + DisplayWidth.padLeft(Elapsed.text(milliseconds), to: 6)
    }

    private func said(_ progress: StepProgress, _ count: Int, _ columns: Int) -> [String] {
        if let transfer = progress.transfer {
            return [ProgressBar(isUnicode: signs.isUnicode).text(transfer, columns: columns)]
        }
        return progress.lines.suffix(count).map { DisplayWidth.truncate($0, to: max(1, columns)) }
    }

    private func kept(_ detail: Detail) -> Int { detail == .brief ? 1 : StepProgress.kept }
}
