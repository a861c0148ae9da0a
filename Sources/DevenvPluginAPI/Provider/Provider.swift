package import DevenvDiagnostics
package import DevenvModel

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

    /// What is wrong with a machine's options for this provider (`machine.providerOptions[name]`) and with other keys
    /// that it can't honour. Pure: it asks nothing of the host.
    func validate(_ machine: MachineSpec) -> [Diagnostic]

    /// The properties that a machine made from this request has. Pure.
    func settings(of request: MachineRequest) -> [MachineSetting]

    /// What is there of these machines, in one call however many they are. Every machine asked for is in the answer.
    /// Changes nothing.
    func observe(_ machines: [RecordedMachine]) async throws(ProviderError) -> [MachineID: MachineObservation]

    /// Makes the machine, without starting it. Repeating it completes a machine that is half made and leaves a whole one
    /// as it is.
    func create(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord

    /// Starts the machine with its networks, names and forwards. Repeating it on a running machine puts right what is
    /// missing around it (a forward, a rule, a hosts entry) and leaves the machine itself alone.
    func start(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord

    /// Applies settings whose impact is `.live` to a running machine. Repeating it changes nothing.
    func update(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord

    /// Asks the machine to stop, switches it off after the grace period, and takes down what only a running machine needs.
    /// A grace period of zero switches it off at once. A machine that does not run is left as it is.
    func stop(_ machine: RecordedMachine, grace: Duration) async throws(ProviderError)

    /// Pauses the machine. Only where `features.suspends`.
    func suspend(_ machine: RecordedMachine) async throws(ProviderError)

    /// Lets a suspended machine go on. Only where `features.suspends`.
    func resume(_ machine: RecordedMachine) async throws(ProviderError)

    /// Removes the machine with everything that was made for it, and what was made for the project when this was its last
    /// machine. Works from the identity alone, needs no box, and succeeds where nothing is left.
    func destroy(_ machine: RecordedMachine) async throws(ProviderError)
}

extension Provider {
    /// Refuses.
    package func suspend(_ machine: RecordedMachine) async throws(ProviderError) {
        throw .unsupported("the provider '\(name)' can't suspend machines", help: "use devenv halt")
    }

    /// Refuses.
    package func resume(_ machine: RecordedMachine) async throws(ProviderError) {
        throw .unsupported("the provider '\(name)' can't resume machines", help: "use devenv up")
    }
}
