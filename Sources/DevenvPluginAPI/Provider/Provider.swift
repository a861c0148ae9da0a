package import DevenvDiagnostics
package import DevenvModel
package import SystemPackage

/// Makes machines of one kind.
///
/// A provider keeps no machine in memory: what is real, it asks its back end each time. The caller holds the lock of the
/// machine that an effect is for, so that two effects on one machine never overlap; effects on different machines do, up
/// to `features.width`. Every effect checks for cancellation of its task between its steps, undoes or leaves marked what
/// it has begun, and throws `.cancelled`. Nothing here needs to share memory with the caller.
package protocol Provider: Sendable {
    /// Its name, also the key of its options in an Envfile.
    var name: ProviderName { get }

    /// What it can do.
    var features: ProviderFeatures { get }

    /// What is usable on this host and what is not; with no `.problem` among them the provider can be used. Changes nothing.
    func check() async -> [Finding]

    /// Makes this process one that the back end serves, where it has to become another one for that: it then does not return, and
    /// the command begins again. Called before a command reads or says anything. Returns where nothing is to be done, and where
    /// nothing can be, which `check` explains.
    func enter() async throws(ProviderError)

    /// What is wrong with a machine's options for this provider (`machine.providerOptions[name]`). Pure: it asks nothing of
    /// the host.
    func validate(_ machine: MachineSpec) -> [Diagnostic]

    /// What of a machine's other keys it can't honour. Pure but for the environment. It only counts where this provider is
    /// the one that makes the machine.
    func objections(to machine: MachineSpec) -> [Diagnostic]

    /// The properties that a machine made from this request has. Pure.
    func settings(of request: MachineRequest) -> [MachineSetting]

    /// What `observe` and `destroy` must know to find whatever `create` begins, kept before it is called: for a provider with
    /// several back ends, which one. Pure but for the environment. Empty for a provider whose marks are enough.
    func claim(_ request: MachineRequest) -> ProviderRecord

    /// What is there of these machines, in one call however many they are. Every machine asked for is in the answer.
    /// Changes nothing.
    func observe(_ machines: [RecordedMachine]) async throws(ProviderError) -> [MachineID: MachineObservation]

    /// Makes the machine, without starting it. Repeating it completes a machine that is half made and leaves a whole one
    /// as it is.
    func create(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord

    /// What the user should know of a machine that was just made, such as why it will be slower than it could be; a clause
    /// each. Asked once in its life. Never fails: what can't be found out is left out.
    func notices(of request: MachineRequest) async -> [String]

    /// Starts the machine with its networks, names and forwards. Repeating it on a running machine puts right what is
    /// missing around it (a forward, a rule, a hosts entry) and leaves the machine itself alone.
    func start(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord

    /// What `becameReachable` does to the machine, a clause each; where that is empty, it is not called. Pure.
    func tasksOnceReachable(of request: MachineRequest) -> [String]

    /// Does what can only be done to a machine that has answered on SSH: called each time that it has done so after a start,
    /// before its folders and provisioners. Repeating it does all of it again.
    func becameReachable(_ request: MachineRequest) async throws(ProviderError)

    /// Applies settings whose impact is `.live` to a running machine. Repeating it changes nothing.
    func update(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord

    /// Gives a running machine other names of the machines around it (hosts(5)), and changes nothing else of it; false where it does
    /// not run. Repeating it changes nothing. Only where `features.renames`.
    func rename(
        _ machine: RecordedMachine, hosts: [HostEntry], hostname: String
    ) async throws(ProviderError) -> Bool

    /// Asks the machine to stop, switches it off after the grace period, and takes down what only a running machine needs.
    /// A grace period of zero switches it off at once. A machine that does not run is left as it is.
    func stop(_ machine: RecordedMachine, grace: Duration) async throws(ProviderError)

    /// Pauses the machine. Only where `features.suspends`.
    func suspend(_ machine: RecordedMachine) async throws(ProviderError)

    /// Lets a suspended machine go on. On a running one it puts right what is missing around it, as far as that is known
    /// without a request, and leaves the machine itself alone. Only where `features.suspends`.
    func resume(_ machine: RecordedMachine) async throws(ProviderError)

    /// Waits until the address of a machine that runs is known, and answers like `observe`. Ends early, with whatever is
    /// known, when the machine stops running; throws `.timedOut` with what was looked for when the time is over.
    func locate(_ machine: RecordedMachine, timeout: Duration) async throws(ProviderError) -> MachineObservation

    /// Returns when a machine has stopped running or can't go on, with the reason (`crashed`, `its disk is full`); returns
    /// only then, or when its task is cancelled. Called while the machine is waited for, so that nobody waits for the dead.
    func waitForEnd(of machine: RecordedMachine) async -> String

    /// What is known about a machine that does not answer on SSH, a line each, for the error message: its address and lease,
    /// the last lines of its console. Never fails: what can't be found out is left out.
    func explainSilence(of machine: RecordedMachine, logDirectory: FilePath) async -> [String]

    /// The machine's snapshots, oldest first. Only where `features.snapshots`, as the next three.
    func snapshots(of machine: RecordedMachine) async throws(ProviderError) -> [MachineSnapshot]

    /// Saves the machine as it is, running (with its memory, where `features.savesMemory`) or stopped, under a name that it has no snapshot of yet
    /// (`.invalidRequest` otherwise). The machine goes on as it was. Killed in between, it leaves the whole snapshot or none
    /// that is listed.
    func saveSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError)

    /// Brings the machine back to a snapshot: its disks, and whether it runs. What it is now is lost. The snapshot stays.
    /// Without `features.savesMemory` one that ran is started anew, as it was started then.
    /// Throws `.invalidRequest` where there is none of that name. Repeating it starts over.
    func restoreSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError)

    /// Removes a snapshot, whether the machine runs or not; other snapshots stay whole. One that is not there is fine.
    func deleteSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError)

    /// Copies what a machine that does not run has on its disks, as one that needs neither the machine nor its box, into an
    /// existing directory for root alone. The machine stays as it is. Disks that the Envfile adds are left out. Only where
    /// `features.exports`.
    func export(_ machine: RecordedMachine, to directory: FilePath) async throws(ProviderError) -> ExportedMachine

    /// Copies what a machine had on its disks when a snapshot of it was saved, like `export`, whether it runs or not. Throws
    /// `.invalidRequest` where there is none of that name. Only where `features.exportsSnapshots`.
    func exportSnapshot(
        _ name: SnapshotName, of machine: RecordedMachine, to directory: FilePath
    ) async throws(ProviderError) -> ExportedMachine

    /// Removes the machine with everything that was made for it, and what was made for the project when this was its last
    /// machine. Works from the identity alone, needs no box, and succeeds where nothing is left.
    func destroy(_ machine: RecordedMachine) async throws(ProviderError)
}

// What a provider does that can do no more.
extension Provider {
    /// Returns at once.
    package func enter() async throws(ProviderError) {}

    /// None.
    package func objections(to machine: MachineSpec) -> [Diagnostic] { [] }

    /// Nothing.
    package func claim(_ request: MachineRequest) -> ProviderRecord { [:] }

    /// Nothing.
    package func notices(of request: MachineRequest) async -> [String] { [] }

    /// None.
    package func tasksOnceReachable(of request: MachineRequest) -> [String] { [] }

    /// Nothing.
    package func becameReachable(_ request: MachineRequest) async throws(ProviderError) {}

    /// Observes once: for providers that know the address of whatever runs.
    package func locate(_ machine: RecordedMachine, timeout: Duration) async throws(ProviderError)
        -> MachineObservation
    {
        try await observe([machine])[machine.identity.machine] ?? MachineObservation(.absent)
    }

    /// Waits until it is cancelled: for providers whose machines answer or fail at once.
    package func waitForEnd(of machine: RecordedMachine) async -> String {
        let (never, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in never {}
        continuation.finish()
        return "the wait was cancelled"
    }

    /// Nothing.
    package func explainSilence(of machine: RecordedMachine, logDirectory: FilePath) async -> [String] { [] }

    /// Does nothing: for providers whose machines get new names with the next change of them.
    package func rename(
        _ machine: RecordedMachine, hosts: [HostEntry], hostname: String
    ) async throws(ProviderError) -> Bool { false }

    /// Refuses.
    package func suspend(_ machine: RecordedMachine) async throws(ProviderError) {
        throw .unsupported("the provider '\(name)' can't suspend machines", help: "use 'devenv halt'")
    }

    /// Refuses.
    package func resume(_ machine: RecordedMachine) async throws(ProviderError) {
        throw .unsupported("the provider '\(name)' can't resume machines", help: "use 'devenv up'")
    }

    /// Refuses.
    package func snapshots(of machine: RecordedMachine) async throws(ProviderError) -> [MachineSnapshot] {
        throw withoutSnapshots
    }

    /// Refuses.
    package func saveSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        throw withoutSnapshots
    }

    /// Refuses.
    package func restoreSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        throw withoutSnapshots
    }

    /// Refuses.
    package func deleteSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        throw withoutSnapshots
    }

    /// Refuses.
    package func export(
        _ machine: RecordedMachine, to directory: FilePath
    ) async throws(ProviderError) -> ExportedMachine {
        throw .unsupported("the provider '\(name)' can't copy machines into boxes", help: "use another provider")
    }

    /// Refuses.
    package func exportSnapshot(
        _ name: SnapshotName, of machine: RecordedMachine, to directory: FilePath
    ) async throws(ProviderError) -> ExportedMachine {
        throw .unsupported(
            "the provider '\(self.name)' can't copy snapshots into boxes",
            help: "restore the snapshot, then run 'devenv box package'")
    }

    private var withoutSnapshots: ProviderError {
        .unsupported("the provider '\(name)' can't take snapshots of machines", help: "use another provider")
    }
}
