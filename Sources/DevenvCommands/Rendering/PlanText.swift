package import DevenvEngine
import DevenvModel

/// A plan as people read it.
package enum PlanText {
    /// What will happen in one line: `3 machines to create, 1 to change, 12 steps; 2 machines are up to date`.
    package static func summary(_ plan: Plan) -> String {
        guard !plan.isEmpty else { return nothing(plan) }
        let kinds = Dictionary(grouping: plan.stepsByMachine.values, by: MachineChange.init)
        let parts = MachineChange.allCases.compactMap { kind in kinds[kind].map { (kind, $0.count) } }
        let words = parts.enumerated().map { index, part in
            "\(index == 0 ? Phrase.count(part.1, "machine") : String(part.1)) to \(part.0.verb)"
        }
        let rest = plan.unchanged.isEmpty ? "" : "; \(upToDate(plan.unchanged.count))"
        return "\(words.joined(separator: ", ")), \(Phrase.count(plan.steps.count, "step"))\(rest)"
    }

    /// What is said where there is nothing to do.
    package static func nothing(_ plan: Plan) -> String {
        plan.unchanged.isEmpty ? "Nothing to do." : "Nothing to do: \(upToDate(plan.unchanged.count))."
    }

    /// The whole plan: each machine with its steps and their reasons, then the summary.
    package static func render(_ plan: Plan, style: TextStyle) -> String {
        var text = warnings(plan, style: style)
        guard !plan.isEmpty else { return text + nothing(plan) + "\n" }
        let width = plan.steps.map { DisplayWidth.of($0.id.action.description) }.max() ?? 0
        let steps = plan.stepsByMachine
        for machine in plan.machines { text += section(machine, steps[machine] ?? [], width, style) + "\n" }
        return text + style.paint("Plan: \(summary(plan)).", .strong) + "\n"
    }

    /// The warnings, a line each.
    package static func warnings(_ plan: Plan, style: TextStyle) -> String {
        plan.warnings.map { "\(style.paint("warning", .notable)): \(SafeText.singleLine($0))\n" }.joined()
    }

    private static func section(_ machine: MachineName, _ steps: [Step], _ width: Int, _ style: TextStyle) -> String {
        let change = MachineChange(steps)
        let head = style.paint("\(change.mark) \(machine)", change.meaning)
        let others = steps.flatMap(\.predecessors).filter { $0.machine != machine }
        let waits = Phrase.list(others.map { "'\($0)'" }.uniqued(), limit: 3)
        let note = waits.isEmpty ? "" : "  " + style.paint("after \(waits)", .faint)
        let lines = steps.map { step in
            let action = DisplayWidth.pad(step.id.action.description, to: width)
            let reasons = SafeText.singleLine(step.reasons.joined(separator: "; "))
            return "    \(action)\(reasons.isEmpty ? "" : "  " + style.paint(reasons, .faint))\n"
        }
        return head + note + "\n" + lines.joined()
    }

    private static func upToDate(_ count: Int) -> String {
        "\(Phrase.count(count, "machine")) \(count == 1 ? "is" : "are") up to date"
    }
}
