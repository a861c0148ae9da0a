import DevenvDiagnostics
import DevenvModel
import DevenvYAML

/// One machine before its values are decoded: its name, what is written for it with the defaults below, and its networks.
struct MachineSeed {
    let name: Located<MachineName>
    let family: String
    let index: Int
    let node: YAMLNode
    let attachments: [NetworkAttachment]
}

/// Makes the seeds of all machines.
struct MachineSeeder {
    private static let limit = 10_000
    /// A value of a machine takes more room than one of the file, and with `count` a short file has very many.
    private static let valueLimit = 1_000_000
    private(set) var seeds: [MachineSeed] = []
    private var places: [MachineName: SourceLocation?] = [:]
    private let defaults: YAMLNode?
    /// How many values all the machines together have.
    private var size = 0

    init(defaults: YAMLNode?) { self.defaults = defaults }

    /// Adds the machines of one entry of `machines`.
    mutating func add(_ entry: YAMLNode.Entry, _ scope: inout Scope) {
        let key = entry.key
        if case .mapping = entry.value.content {
        } else if !entry.value.isNull {
            return scope.refuse(entry.value, key.value, "a map")
        }
        let node = merged(entry, &scope)
        let counted = node["count"].flatMap { $0.isNull ? nil : $0 }
        let count = counted.map { MachineKeys.count.decode($0, "count", &scope) ?? 1 }
        guard fits(node, count ?? 1) else {
            return scope.problems.error(
                "the machines have more than \(Self.valueLimit) values together", at: counted?.location ?? key.location
            )
        }
        guard seeds.count + (count ?? 1) <= Self.limit else {
            return scope.problems.error(
                "a project has no more than \(Self.limit) machines", at: counted?.location ?? key.location)
        }
        let longest = counted == nil ? key.value : "\(key.value)-\(count ?? 1)"
        if !MachineName.isValid(longest) {
            scope.problems.error("'\(longest)' must be \(LabelWords.expected)", at: key.location)
        }
        for index in 1...(count ?? 1) {
            add(key, index: index, isCounted: counted != nil, node, &scope)
        }
    }

    private mutating func add(
        _ key: Located<String>, index: Int, isCounted: Bool, _ node: YAMLNode, _ scope: inout Scope
    ) {
        let text = isCounted ? "\(key.value)-\(index)" : key.value
        // An invalid name has been reported; a safe one lets the rest be checked as well
        let name = MachineName(rawValue: text) ?? MachineName.madeSafe(text, fallback: "machine")
        if let first = places[name] {
            scope.problems.error(
                "two machines are named '\(name)'", at: key.location,
                notes: [Diagnostic.Note("the other one is made here", at: first)])
            return
        }
        places[name] = key.location
        scope.values.machine = Interpolation.Machine(name: name.rawValue, index: index, address: nil)
        seeds.append(
            MachineSeed(
                name: Located(name, at: key.location), family: key.value, index: index, node: node,
                attachments: Self.attachments(of: node, &scope)))
        scope.values.machine = nil
    }

    /// The networks as written; the standard one where there are none.
    static func attachments(of node: YAMLNode, _ scope: inout Scope) -> [NetworkAttachment] {
        guard let written = node["networks"], !written.isNull else {
            return [NetworkAttachment(network: Located(.standard))]
        }
        return MachineKeys.networks.decode(written, "networks", &scope) ?? []
    }

    private func merged(_ entry: YAMLNode.Entry, _ scope: inout Scope) -> YAMLNode {
        guard let defaults else { return entry.value }
        if entry.value.isNull { return YAMLNode(defaults.content, at: entry.key.location) }
        return entry.value.merged(over: defaults, &scope.problems)
    }

    private mutating func fits(_ node: YAMLNode, _ count: Int) -> Bool {
        let (total, overflow) = node.size.multipliedReportingOverflow(by: count)
        guard !overflow, total <= Self.valueLimit - size else { return false }
        size += total
        return true
    }
}
