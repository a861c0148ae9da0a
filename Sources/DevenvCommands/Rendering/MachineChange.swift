import DevenvEngine

/// What a plan does to a machine on the whole.
enum MachineChange: CaseIterable {
    case create, recreate, change, start, restart, restore, resume, suspend, save, package, halt, destroy

    /// Judges by the steps of one machine.
    init(_ steps: [Step]) {
        let actions = Set(steps.map(\.id.action))
        switch (
            actions.contains(.destroy), actions.contains(.create), actions.contains(.stop), actions.contains(.start)
        ) {
        case (true, true, _, _): self = .recreate
        case (true, false, _, _): self = .destroy
        case (false, true, _, _): self = .create
        case (_, _, true, true): self = .restart
        case (_, _, true, false) where steps.contains(where: \.id.action.isPackaging): self = .package
        case (_, _, true, false): self = .halt
        case (_, _, false, true): self = .start
        default: self = steps.lazy.compactMap { Self(alone: $0.id.action) }.first ?? .change
        }
    }

    /// What an action is on the whole that is not one of several that make a machine run or end.
    private init?(alone action: StepAction) {
        switch action {
        case .restore: self = .restore
        case .resume: self = .resume
        case .suspend: self = .suspend
        case .save: self = .save
        case .package: self = .package
        default: return nil
        }
    }

    /// What will be done.
    var verb: String {
        switch self {
        case .create: "create"
        case .recreate: "recreate"
        case .change: "change"
        case .start: "start"
        case .restart: "restart"
        case .restore: "restore"
        case .resume: "resume"
        case .suspend: "suspend"
        case .save: "save"
        case .package: "package"
        case .halt: "halt"
        case .destroy: "destroy"
        }
    }

    /// The sign before the machine's name.
    var mark: String {
        switch self {
        case .create: "+"
        case .recreate: "±"
        case .destroy: "-"
        case .change, .start, .restart, .restore, .resume, .suspend, .save, .package, .halt: "~"
        }
    }

    /// How it bears on the user.
    var meaning: TextStyle.Meaning {
        switch self {
        case .create, .save, .package: .good
        case .recreate, .destroy: .bad
        case .change, .start, .restart, .restore, .resume, .suspend, .halt: .notable
        }
    }

    /// What was done on the whole; nil where each step says it.
    private var participle: String? {
        switch self {
        case .create: "created"
        case .recreate: "recreated"
        case .change: nil
        case .start: "started"
        case .restart: "restarted"
        case .restore: "restored"
        case .resume: "resumed"
        case .suspend: "suspended"
        case .save: "saved"
        case .package: "packaged"
        case .halt: "stopped"
        case .destroy: "destroyed"
        }
    }

    /// What was done, as the end of a machine's line: `created, synced, provisioned and ready`.
    static func account(of steps: [Step]) -> String {
        var words = MachineChange(steps).participle.map { [$0] } ?? []
        for step in steps {
            guard let word = word(for: step.id.action), !words.contains(word) else { continue }
            words.append(word)
        }
        return Phrase.list(words)
    }

    private static func word(for action: StepAction) -> String? {
        switch action {
        case .update: "updated"
        case .customize: "customized"
        case .sync: "synced"
        case .watch: "watched"
        case .provision: "provisioned"
        case .ready: "ready"
        case .delete: "snapshot deleted"
        case .get, .create, .start, .connect, .save, .package, .restore, .suspend, .resume, .stop, .destroy: nil
        }
    }
}

extension StepAction {
    /// Whether a box is made.
    fileprivate var isPackaging: Bool {
        if case .package = self { true } else { false }
    }
}
