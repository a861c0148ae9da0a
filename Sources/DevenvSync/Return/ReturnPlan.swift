import SystemPackage

/// What is done about each difference between the two sides of a folder; pure.
struct ReturnPlan: Equatable, Sendable {
    /// What is done about one path.
    enum Decision: Hashable, Sendable {
        /// The machine's comes here.
        case fetch
        /// It is gone in the machine, and goes here.
        case removeHere
        /// The host's goes into the machine.
        case send
        /// It is gone here, and goes in the machine.
        case removeThere
        /// Both have changed: the host's stays, the machine's is kept beside it.
        case keepBoth
    }

    /// What is known of a path that differs.
    struct Candidate: Equatable, Sendable {
        let item: ReturnLook.Item
        /// What the host has there; nil for nothing.
        let here: BaseEntry?
        /// What both had there when they were last equal; nil for nothing, or where that is not known.
        let base: BaseEntry?
        /// Whether the machine has still what both had.
        var isUnchangedThere = false
        /// Whether the contents are the same all the same.
        var isSame = false

        /// Whether the host has no longer what both had.
        var hasChangedHere: Bool { here != base || base == nil }
    }

    /// What is done, by path. What is not in it stays as it is on both sides.
    private(set) var decisions: [FilePath: Decision] = [:]

    /// Decides. `sends` says whether what changed here goes into the machine, `removes` whether what is gone on one side goes
    /// on the other.
    init(_ candidates: [FilePath: Candidate], sends: Bool, removes: Bool) {
        for (path, candidate) in candidates {
            guard let decision = Self.decision(candidate) else { continue }
            switch decision {
            case .send where !sends, .removeThere where !sends || !removes, .removeHere where !removes: continue
            default: decisions[path] = decision
            }
        }
        for path in paths(.fetch) + paths(.keepBoth) { makeRoom(for: path, candidates) }
    }

    /// What comes needs the directories that it is in: what the host has in place of one makes way, under another name.
    private mutating func makeRoom(for path: FilePath, _ candidates: [FilePath: Candidate]) {
        var folder = path.removingLastComponent()
        while !folder.isEmpty {
            if let candidate = candidates[folder], candidate.item.kind == .directory, let here = candidate.here,
                here.kind != .directory, decisions[folder] != .fetch
            {
                decisions[folder] = .keepBoth
            }
            folder.removeLastComponent()
        }
    }

    /// The paths with this decision, those above others first.
    func paths(_ decision: Decision) -> [FilePath] {
        decisions.filter { $0.value == decision }.map(\.key).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    private static func decision(_ candidate: Candidate) -> Decision? {
        guard let kind = candidate.item.kind else {
            // what the host has changed or made is worth more than that it is gone elsewhere
            return candidate.here == nil ? nil : candidate.hasChangedHere ? .send : .removeHere
        }
        guard candidate.hasChangedHere else { return .fetch }
        if candidate.base != nil, candidate.isUnchangedThere { return candidate.here == nil ? .removeThere : .send }
        guard let here = candidate.here else { return .fetch }
        let isOnlyMode = here.kind == kind && (kind == .directory || candidate.isSame)
        return isOnlyMode ? .send : .keepBoth
    }
}
