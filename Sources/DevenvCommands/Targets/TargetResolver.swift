import DevenvDiagnostics
package import DevenvModel

/// Finds the machines that targets mean. One that means none stops the command before anything happens.
package struct TargetResolver: Sendable {
    private let candidates: [TargetCandidate]

    /// Makes a resolver for the machines of a project, in their order.
    package init(_ candidates: [TargetCandidate]) { self.candidates = candidates }

    /// The machines, each once, in the order of the project. Without targets: all with `autostart`, or really all.
    package func machines(_ targets: [TargetExpression], orEverything: Bool = false) throws(CommandFailure)
        -> [MachineName]
    {
        guard !targets.isEmpty else { return candidates.filter { $0.isDefault || orEverything }.map(\.name) }
        var chosen: Set<MachineName> = []
        for target in targets { chosen.formUnion(try matches(target)) }
        return candidates.map(\.name).filter(chosen.contains)
    }

    /// The one machine that a command is for: the only one that the target means, or without a target the primary one or
    /// the only one there is.
    package func machine(_ target: TargetExpression?) throws(CommandFailure) -> MachineName {
        let names: [MachineName]
        if let target { names = try matches(target) } else { names = implied }
        guard names.count != 1 else { return names[0] }
        guard !names.isEmpty else {
            throw .usage("this project has no machines", help: "add one under 'machines' in the Envfile")
        }
        let list = Phrase.list(names.map(\.rawValue))
        guard let target else {
            throw .usage("which machine? There are \(list)", help: "name one, or mark one with 'primary: true'")
        }
        throw .usage("'\(target.text)' means \(list), but this command is for one machine", help: "name one of them")
    }

    private var implied: [MachineName] {
        let primary = candidates.filter(\.isPrimary).map(\.name)
        return primary.count == 1 ? primary : candidates.map(\.name)
    }

    private func matches(_ target: TargetExpression) throws(CommandFailure) -> [MachineName] {
        switch target.choice {
        case .name(let name): try named(name, target)
        case .group(let group): try grouped(group)
        case .pattern(let pattern): try matching(pattern)
        }
    }

    private func named(_ name: String, _ target: TargetExpression) throws(CommandFailure) -> [MachineName] {
        if let exact = candidates.first(where: { $0.name.rawValue == name }) { return [exact.name] }
        let family = candidates.filter { $0.family == name }.map(\.name)
        guard family.isEmpty else { return family }
        let known = candidates.flatMap { [$0.name.rawValue, $0.family] }
        throw .usage("there is no machine '\(name)'", help: hint(for: name, among: known, "the machines are"))
    }

    private func grouped(_ group: String) throws(CommandFailure) -> [MachineName] {
        let members = candidates.filter { $0.groups.contains(group) }.map(\.name)
        guard members.isEmpty else { return members }
        let known = Set(candidates.flatMap(\.groups)).sorted()
        throw .usage(
            "there is no group '\(group)'",
            help: known.isEmpty ? "no machine has 'groups'" : hint(for: group, among: known, "the groups are"))
    }

    private func matching(_ pattern: String) throws(CommandFailure) -> [MachineName] {
        let expression: Regex<AnyRegexOutput>
        do { expression = try Regex(pattern) } catch {
            throw .usage("'/\(pattern)/' is no regular expression", help: "quote it for the shell: '/web-[12]/'")
        }
        let matches = candidates.map(\.name).filter { $0.rawValue.firstMatch(of: expression) != nil }
        guard matches.isEmpty else { return matches }
        throw .usage(
            "no machine's name matches '/\(pattern)/'",
            help: "the machines are \(Phrase.list(candidates.map(\.name.rawValue)))")
    }

    private func hint(for word: String, among known: [String], _ introduction: String) -> String? {
        guard !known.isEmpty else { return nil }
        if known.count <= 1_000, let near = Suggestion.help(for: word, among: known) { return near }
        return "\(introduction) \(Phrase.list(known.uniqued()))"
    }
}
