package import DevenvModel

/// One thing that is done to one machine.
package enum StepAction: Hashable, Sendable {
    /// A box is got, for this machine and all others that start from it; the text says which.
    case get(String)
    /// The machine is made.
    case create
    /// It is started, or what is missing around a running one is put right.
    case start
    /// It is waited for until it answers on SSH.
    case connect
    /// Its provider does what it was to do to it once it had answered.
    case customize
    /// Settings of the running machine are changed.
    case update
    /// One of its folders is made equal; the target names it.
    case sync(GuestPath)
    /// Its folders are watched that are to be, in the background.
    case watch
    /// One of its provisioners is run.
    case provision(String)
    /// Its `ready` checks are waited for.
    case ready
    /// It is paused.
    case suspend
    /// It goes on after a pause: it is waited for, and its clock is set.
    case resume
    /// A snapshot of it is saved.
    case save(SnapshotName)
    /// It is brought back to a snapshot.
    case restore(SnapshotName)
    /// A snapshot of it is removed.
    case delete(SnapshotName)
    /// A box is made of it.
    case package(Packaging)
    /// It is stopped.
    case stop
    /// It is removed.
    case destroy
}

extension StepAction: CustomStringConvertible {
    /// The step's name in output and in records: `create`, `sync /srv/app`, `provision postgres`.
    package var description: String {
        switch self {
        case .get(let box): "get \(box)"
        case .create: "create"
        case .start: "start"
        case .connect: "connect"
        case .customize: "customize"
        case .update: "update"
        case .sync(let target): "sync \(target)"
        case .watch: "watch"
        case .provision(let name): "provision \(name)"
        case .ready: "ready"
        case .suspend: "suspend"
        case .resume: "resume"
        case .save(let name): "save \(name)"
        case .restore(let name): "restore \(name)"
        case .delete(let name): "delete \(name)"
        case .package(let order): "package \(order.name)"
        case .stop: "stop"
        case .destroy: "destroy"
        }
    }
}

/// Which step of which machine.
package struct StepID: Hashable, Sendable, CustomStringConvertible {
    /// The machine.
    package let machine: MachineName
    /// What is done to it.
    package let action: StepAction
    /// Tells two steps of the same kind apart, as the stop before a restart and the stop at the end; from 0.
    package let round: Int

    /// Makes an id.
    package init(_ machine: MachineName, _ action: StepAction, round: Int = 0) {
        self.machine = machine
        self.action = action
        self.round = round
    }

    /// `web-1: provision nginx`.
    package var description: String { "\(machine): \(action)" }
}

/// One step of a plan.
package struct Step: Hashable, Sendable {
    /// Which one it is.
    package let id: StepID
    /// Why it is done, one text each, such as `memory 512 MiB -> 1 GiB`.
    package let reasons: [String]
    /// The steps that must have succeeded before.
    package let predecessors: [StepID]

    /// Makes a step.
    package init(_ id: StepID, reasons: [String], after predecessors: [StepID]) {
        self.id = id
        self.reasons = reasons
        self.predecessors = predecessors
    }
}

/// What will be done, in an order that its edges allow.
package struct Plan: Hashable, Sendable {
    /// The steps; each stands after those that it waits for.
    package var steps: [Step]
    /// Machines that were looked at and need nothing.
    package var unchanged: [MachineName]
    /// What the user should know before it is carried out: wishes that need another command, data that will be lost.
    package var warnings: [String]

    /// Makes a plan.
    package init(steps: [Step] = [], unchanged: [MachineName] = [], warnings: [String] = []) {
        self.steps = steps
        self.unchanged = unchanged
        self.warnings = warnings
    }

    /// Whether there is nothing to do.
    package var isEmpty: Bool { steps.isEmpty }

    /// The machines that it touches, in the order of their first steps.
    package var machines: [MachineName] { steps.map(\.id.machine).uniqued() }

    /// The steps of each machine, in order.
    package var stepsByMachine: [MachineName: [Step]] { Dictionary(grouping: steps, by: \.id.machine) }
}

extension Plan {
    /// What is said of a machine about which nothing may be concluded.
    static func leftAlone(_ machine: MachineName, _ reason: String) -> String {
        "machine '\(machine)' is left alone: its provider could not tell its state (\(reason))"
    }
}
