import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

/// Puts together the steps of one machine, each after the one before it.
struct MachinePlanBuilder {
    private(set) var steps: [Step] = []
    private(set) var warnings: [String] = []
    let machine: DesiredMachine
    /// What was recorded; nil also where the recorded machine is gone, as nothing recorded is true of a new one.
    private var recorded: MachineRecord?
    private var observation: MachineObservation
    let watching: WatchingState?
    private var disturbs = false

    init(
        _ machine: DesiredMachine, recorded: MachineRecord?, observed: MachineObservation?, watching: WatchingState?
    ) {
        self.machine = machine
        self.watching = watching
        self.recorded = recorded
        observation = observed ?? MachineObservation(.absent)
    }

    /// Makes, starts, restarts or changes the machine, as far as needed.
    mutating func bringUp(recreate: Bool) {
        if recorded?.isRecovered == true {
            warnings.append(
                "the record of machine '\(machine.name)' was damaged, and this goes by a copy: what was done last may be done again"
            )
        }
        warnOfOtherProvider()
        completeRestoration()
        switch observation.state {
        case .absent: make(because: reasonForMaking)
        case .unknown(let reason):
            warnings.append(Plan.leftAlone(machine.name, reason))
        case .broken(let reason): replace(because: "is broken: \(reason)", recreate: recreate)
        case .stopped where recorded?.phase != .created: make(because: "was left half made")
        case .stopped: start(because: ["is stopped"] + changes(of: .restart) + changes(of: .live), recreate: recreate)
        case .suspended where machine.features.suspends: goOn(because: "is suspended", recreate: recreate)
        case .suspended: start(because: ["is suspended"], recreate: recreate)
        case .running where recorded?.isComingBack == true:
            goOn(because: "goes on, but was not waited for", recreate: recreate)
        case .running: adjust(recreate: recreate)
        }
    }

    /// Stops the machine where it runs and starts it.
    mutating func restart() {
        completeRestoration()
        switch observation.state {
        case .running, .suspended:
            add(.stop, because: ["a reload was asked for"])
            start(because: ["a reload was asked for"] + changes(of: .restart) + changes(of: .live), recreate: false)
        case .stopped: start(because: ["is stopped"], recreate: false)
        default: break
        }
    }

    /// What is recorded is of the machine as the snapshot has it; so it is brought there before anything is done to it.
    private mutating func completeRestoration() {
        guard let restoration = recorded?.restoration, observation.mayBeRestored else { return }
        add(.restore(restoration.snapshot), because: ["was left halfway back to it"])
        observation = MachineObservation(restoration.isRunning ? .running : .stopped)
    }

    private var reasonForMaking: String {
        switch recorded?.phase {
        case .created: "is gone: it was removed behind devenv's back"
        case .creating: "was left half made"
        case .destroying: "was left half destroyed"
        case nil: "does not exist yet"
        }
    }

    private mutating func make(because reason: String) {
        recorded = nil
        add(.create, because: [reason])
        add(.start, because: ["is new"])
        connect(because: "is new")
    }

    private mutating func replace(because reason: String, recreate: Bool) {
        guard recreate else {
            warnings.append("machine '\(machine.name)' \(reason); up --recreate destroys it and makes it again")
            return
        }
        makeAgain(because: [reason])
    }

    private mutating func makeAgain(because reasons: [String]) {
        warnings.append("machine '\(machine.name)' is destroyed and made again: all data in it is lost")
        add(.destroy, because: reasons)
        make(because: "is made again")
    }

    private mutating func warnOfOtherProvider() {
        let wanted = machine.spec.providers.map(\.value)
        guard let recorded, !wanted.isEmpty, !wanted.contains(recorded.provider) else { return }
        let list = wanted.map { "'\($0)'" }.joined(separator: " or ")
        warnings.append(
            "machine '\(machine.name)' stays one of '\(recorded.provider)', and the Envfile wants \(list): only "
                + "'devenv destroy \(machine.name)', which loses its data, and another up change that")
    }

    private mutating func start(because reasons: [String], recreate: Bool) {
        if needsReplacement(recreate: recreate) { return }
        add(.start, because: reasons)
        connect(because: "was started")
    }

    private mutating func connect(because reason: String) {
        add(.connect, because: [reason])
        customize()
    }

    /// Has the provider do what it does to a machine once it has answered.
    private mutating func customize() {
        if !machine.tasksOnceReachable.isEmpty { add(.customize, because: machine.tasksOnceReachable) }
    }

    /// What is in its memory is kept, then it is changed like any other that runs.
    private mutating func goOn(because reason: String, recreate: Bool) {
        if needsReplacement(recreate: recreate) { return }
        add(.resume, because: [reason])
        change()
    }

    private mutating func adjust(recreate: Bool) {
        if needsReplacement(recreate: recreate) { return }
        change()
    }

    private mutating func change() {
        let restarting = changes(of: .restart)
        if !restarting.isEmpty {
            add(.stop, because: restarting.map { "\($0): needs a restart" })
            add(.start, because: ["was stopped for that"] + changes(of: .live))
            return connect(because: "was started")
        }
        if !observation.drift.isEmpty { add(.start, because: observation.drift) }
        let isAwaited = steps.contains { $0.id.action == .resume }
        if let recorded, recorded.answeredStart != recorded.starts, !isAwaited {
            add(.connect, because: ["has not answered since it was started"])
        }
        if let recorded, recorded.customizedStart != recorded.starts { customize() }
        let live = changes(of: .live)
        if !live.isEmpty { add(.update, because: live) }
    }

    /// Plans the replacement that a change needs; where it was not asked for, says so and goes on without the change.
    private mutating func needsReplacement(recreate: Bool) -> Bool {
        let changes = changes(of: .recreate)
        guard !changes.isEmpty else { return false }
        guard recreate else {
            let list = changes.joined(separator: ", ")
            warnings.append(
                "machine '\(machine.name)': \(list): needs --recreate, which loses all data in it")
            return false
        }
        if observation.state == .running { add(.stop, because: changes) }
        makeAgain(because: changes)
        return true
    }

    /// The settings of this impact that differ from what was applied: `memory 512 MiB -> 1 GiB`.
    private func changes(of impact: MachineSetting.Impact) -> [String] {
        guard let recorded else { return [] }
        let applied = Dictionary(recorded.settings.map { ($0.key, $0.value) }) { first, _ in first }
        let boxes = (BoxTitle(name: recorded.boxName, version: recorded.boxVersion), machine.boxTitle)
        return machine.settings.filter { (applied[$0.key] ?? $0.initial) != $0.value }
            .map { SettingChange(setting: $0, former: applied[$0.key] ?? $0.initial, boxes: boxes) }
            .filter { $0.impact == impact }.map(\.description)
    }

    /// Makes the folders equal that have changed since they last were.
    mutating func sync(evenIfUnchanged: Bool = false, where isIncluded: (SyncedFolder) -> Bool = { _ in true }) {
        for folder in machine.spec.folders where runsAfterwards && isIncluded(folder) {
            let target = folder.target.string
            switch recorded?.folders[target]?.fingerprint {
            case nil: add(.sync(folder.target), because: ["was never synced"])
            case _ where evenIfUnchanged: add(.sync(folder.target), because: ["a sync was asked for"])
            case machine.folders[target]: break
            default: add(.sync(folder.target), because: ["\(folder.source.value.lastComponent?.string ?? "/") changed"])
            }
        }
    }

    /// Runs the provisioners that are due, with what they depend on.
    mutating func provision(_ provisioning: Provisioning) {
        guard runsAfterwards else { return }
        let entries = ProvisionQueue(machine.spec.provisioners).entries {
            reason(for: $0, provisioning)
        } hasSucceeded: {
            recorded?.provisioners[$0.name.value]?.succeeded == true
        }
        for (item, reason) in entries { add(.provision(item.name.value), because: [reason]) }
    }

    private func reason(for item: ProvisionerSpec, _ provisioning: Provisioning) -> String? {
        switch provisioning {
        case .none: nil
        case .all: item.run == .never ? nil : "provisioning was asked for"
        case .named(let names):
            names.contains(item.name.value) || (item.run != .never && names.contains(item.kind.value))
                ? "was asked for by name" : nil
        case .due: reasonWhenDue(item)
        }
    }

    private func reasonWhenDue(_ item: ProvisionerSpec) -> String? {
        if item.run == .never { return nil }
        guard let last = recorded?.provisioners[item.name.value] else { return "has not run" }
        if !last.succeeded { return "failed last time" }
        if item.run == .always { return "runs always" }
        let isNewBoot = steps.contains { $0.id.action == .connect } || last.starts != recorded?.starts
        if item.run == .boot, isNewBoot { return "runs at each start of the machine" }
        guard item.run != .once, let wanted = machine.provisioners[item.name.value] else { return nil }
        return Self.difference(from: last.fingerprint, to: wanted)
    }

    private static func difference(from old: ProvisionerFingerprint, to new: ProvisionerFingerprint) -> String? {
        let changed = Set(old.parts.keys).union(new.parts.keys).filter { old.parts[$0] != new.parts[$0] }
        return changed.isEmpty ? nil : changed.sorted().joined(separator: ", ") + " changed"
    }

    /// Waits for the `ready` checks where they do not hold yet or something was done that they may depend on.
    mutating func checkReadiness() {
        let checks = machine.spec.readyChecks.map(\.description)
        let areNew = recorded?.heldChecks.map { $0 != checks } ?? false
        guard runsAfterwards, !checks.isEmpty, disturbs || areNew || recorded?.isReady != true else { return }
        let reason = "waits for \(checks.joined(separator: ", "))"
        add(.ready, because: areNew && !disturbs ? ["the checks changed", reason] : [reason])
    }

    /// Whether the machine runs once the steps so far are done.
    var runsAfterwards: Bool {
        steps.contains { [.start, .resume].contains($0.id.action) } || observation.state == .running
    }

    mutating func add(_ action: StepAction, because reasons: [String]) {
        let round = steps.filter { $0.id.action == action }.count
        let step = Step(
            StepID(machine.name, action, round: round), reasons: reasons, after: steps.last.map { [$0.id] } ?? [])
        steps.append(step)
        if action != .connect, action != .watch { disturbs = true }
    }
}

extension MachineObservation {
    /// Whether there is a machine that can be brought back to a snapshot.
    fileprivate var mayBeRestored: Bool {
        switch state {
        case .stopped, .running, .suspended: true
        case .absent, .broken, .unknown: false
        }
    }
}
