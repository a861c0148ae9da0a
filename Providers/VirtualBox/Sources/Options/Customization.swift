import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// A call of VBoxManage that the Envfile asks for.
struct Customization: Hashable, Sendable {
    /// When it is made.
    enum Event: String, CaseIterable, Sendable {
        /// Before each start, when everything else has been set.
        case beforeBoot = "pre_boot"
        /// After each start.
        case afterBoot = "post_boot"
        /// Each time that the machine has answered on SSH after a start.
        case afterAnswer = "post_comm"
    }

    let event: Event
    /// The arguments; `:id` stands for the machine's UUID, as in Vagrant.
    let arguments: [String]

    /// The call for a machine.
    func call(for machine: VMID) -> VBoxCall {
        VBoxCall(arguments.map { $0 == Self.placeholder ? machine.description : $0 }, timeout: .seconds(300))
    }

    fileprivate static let placeholder = ":id"
}

extension Customization: CustomStringConvertible {
    /// The event and the arguments.
    var description: String { ([event.rawValue + ":"] + arguments).joined(separator: " ") }
}

extension [Customization] {
    /// Makes those of an event, in their order.
    func make(
        at event: Customization.Event, of machine: VMID, _ manage: VBoxManage, _ attempt: String
    ) async throws(ProviderError) {
        for customization in self where customization.event == event {
            let attempt = "\(attempt), with '\(customization)' of its 'customize'"
            try ProviderError.checkCancellation(attempt)
            try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
                _ = try await manage.run(customization.call(for: machine))
            }
            FaultPoint.reach("virtualbox.customize.made")
        }
    }
}

extension OptionReader {
    /// A list of argument lists, which are for `pre_boot`; or such a list for each event.
    mutating func customizations() -> [Customization] {
        guard let tree = tree("customize") else { return [] }
        guard case .map(let entries) = tree.value else { return calls(tree, .beforeBoot) }
        return entries.flatMap { entry -> [Customization] in
            if let event = Customization.Event(rawValue: entry.key.value) { return calls(entry.value, event) }
            let known = Customization.Event.allCases.map(\.rawValue)
            let name = entry.key.value
            report(
                .error(
                    "'customize' has no event '\(name)'; there are \(known.joined(separator: ", "))",
                    at: entry.key.location, help: Self.foreignEvent(name) ?? Suggestion.help(for: name, among: known)))
            return []
        }
    }

    /// What Vagrant has and this has not.
    private static func foreignEvent(_ name: String) -> String? {
        switch name.filter({ $0 != "-" && $0 != "_" }).lowercased() {
        case "preimport":
            "no box is imported, so that there is no machine before: write pre_boot, or make the calls by hand"
        case "postcomm": "write post_comm"
        case "preboot": "write pre_boot"
        case "postboot": "write post_boot"
        default: nil
        }
    }

    private mutating func calls(_ tree: OptionTree, _ event: Customization.Event) -> [Customization] {
        guard case .list(let lists) = tree.value else {
            report(.error("'customize' must be a list of argument lists, not \(tree.kind)", at: tree.location))
            return []
        }
        return lists.compactMap { call($0, event) }
    }

    private mutating func call(_ tree: OptionTree, _ event: Customization.Event) -> Customization? {
        guard case .list(let items) = tree.value, !items.isEmpty else {
            report(
                .error(
                    "each item of 'customize' must be a list of arguments of VBoxManage, not \(tree.kind)",
                    at: tree.location, help: "such as [modifyvm, ':id', '--cpu-execution-cap', 50]"))
            return nil
        }
        var arguments: [String] = []
        for item in items {
            guard let text = item.word else {
                report(
                    .error("an argument in 'customize' must be a text or a number, not \(item.kind)", at: item.location)
                )
                return nil
            }
            arguments.append(text)
        }
        guard arguments.contains(Customization.placeholder) else {
            report(
                .error(
                    "a call in 'customize' must be of the machine itself: none of its arguments is '\(Customization.placeholder)'",
                    at: tree.location, help: "it stands for the machine's UUID"))
            return nil
        }
        return Customization(event: event, arguments: arguments)
    }
}

extension OptionTree {
    /// A text, or a number or boolean as it was written.
    fileprivate var word: String? {
        switch value {
        case .string(let text): text
        case .integer(let number): spelling ?? String(number)
        case .number(let number): spelling ?? "\(number)"
        case .boolean(let flag): spelling ?? "\(flag)"
        case .null, .list, .map: nil
        }
    }
}
