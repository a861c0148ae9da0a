import DevenvEngine

/// What a plan does to a machine on the whole.
enum MachineChange: CaseIterable {
    case create, recreate, change, start, restart, resume, suspend, halt, destroy

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
        case (_, _, true, false): self = .halt
        case (_, _, false, true): self = .start
        default: self = actions.contains(.resume) ? .resume : actions.contains(.suspend) ? .suspend : .change
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
        case .resume: "resume"
        case .suspend: "suspend"
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
        case .change, .start, .restart, .resume, .suspend, .halt: "~"
        }
    }

    /// How it bears on the user.
    var meaning: TextStyle.Meaning {
        switch self {
        case .create: .good
        case .recreate, .destroy: .bad
        case .change, .start, .restart, .resume, .suspend, .halt: .notable
        }
    }

    /// What was done, as the end of a machine's line: `created, synced, provisioned and ready`.
    static func account(of steps: [Step]) -> String {
        var words: [String] = []
        let change = MachineChange(steps)
        switch change {
        case .create: words.append("created")
        case .recreate: words.append("recreated")
        case .start: words.append("started")
        case .restart: words.append("restarted")
        case .resume: words.append("resumed")
        case .suspend: words.append("suspended")
        case .halt: words.append("stopped")
        case .destroy: words.append("destroyed")
        case .change: break
        }
        for step in steps {
            guard let word = word(for: step.id.action), !words.contains(word) else { continue }
            words.append(word)
        }
        return Phrase.list(words)
    }

    private static func word(for action: StepAction) -> String? {
        switch action {
        case .update: "updated"
        case .sync: "synced"
        case .provision: "provisioned"
        case .ready: "ready"
        case .create, .start, .connect, .suspend, .resume, .stop, .destroy: nil
        }
    }
}
