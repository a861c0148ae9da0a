import DevenvCatalogs
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

/// A machine with everything that its steps need beside its record.
struct MachineContext: Sendable {
    /// Its provider.
    let provider: any Provider
    /// What it should be; nil where only what is recorded counts, as in `halt` and `destroy`.
    let desired: DesiredMachine?
    /// Its box; nil where it is not needed.
    let box: BoxImage?
    /// What is to be written into the lock file; nil for nothing.
    var pin: LockedBox?
    /// The names of the machines on its networks.
    let hosts: [HostEntry]
    /// The machines that it waits for.
    let dependencies: [MachineName]
    /// How long it may take to answer on SSH.
    let bootTimeout: Duration
}

/// A plan with all that is needed to carry it out.
package struct Operation: Sendable {
    /// The plan.
    package let plan: Plan
    let machines: [MachineName: MachineContext]
    /// The records that the plan rests on, to notice when they have changed by the time the locks are held.
    let recorded: [MachineRecord]
    let project: ProvisionerProject
    let secrets: [String: SecretSource]
    let force: Bool
    /// Where boxes are pinned; nil for an operation that pins none.
    var lockFile: FilePath?
    /// The machines that were seen stopped when the plan was made.
    var stopped: Set<MachineName> = []
    /// What the machines should be, where that is known: afterwards their names are made true in all that run.
    var graph: MachineGraph?
    /// What of synced folders comes back.
    var returning = Returning()
    /// What the plan rests on; nil for one that can't be saved.
    package var basis: PlanBasis?
    /// Makes the same operation from what is true now.
    package let again: @Sendable () async throws(EngineError) -> Operation
}
