package import DevenvDiagnostics
package import DevenvModel
package import DevenvPluginAPI
import Synchronization
package import SystemPackage

/// A provider whose machines are values in memory: for tests of what stands above providers, and of the conformance suite
/// itself. It can do all that a provider may be able to.
package final class MemoryProvider: Provider {
    /// What a test may decide.
    package struct Script: Sendable {
        /// What `claim` answers.
        package var claim: ProviderRecord = [:]
        /// The way to the SSH server of each machine.
        package var route: SSHRoute?
        /// Returns the reason when a machine that is waited for ends; nil waits for ever.
        package var ending: (@Sendable () async -> String)?
        /// What is known of machines that don't answer.
        package var silence: [String] = []
        /// What the user should know of each machine.
        package var notices: [String] = []
        /// What it does to each machine once it has answered.
        package var tasks: [String] = []
        /// What it can't honour of any machine.
        package var objections: [Diagnostic] = []
        /// Fails or holds up a call, named as in `calls`.
        package var before: (@Sendable (String) async throws(ProviderError) -> Void)?

        /// Nothing out of the ordinary.
        package init() {}
    }

    /// A machine as it is.
    package struct Machine: Sendable {
        /// Its state.
        package var state = MachineObservation.State.stopped
        /// What of its surroundings is missing.
        package var drift: [String] = []
        /// What is known of the hypervisor's programs inside.
        package var guestTools: GuestTools?
        /// The names that it was last told.
        package var names: [String] = []
        /// What stands for the content of its disk.
        package var disk = ""
        /// The name of the snapshot that it was last saved as or brought back to.
        var current: SnapshotName?
        /// Its snapshots, oldest first, with what each holds.
        var snapshots: [(snapshot: MachineSnapshot, disk: String)] = []
        let address: IPv4Address?
    }

    /// `memory`, unless told otherwise.
    package let name: ProviderName
    /// All that there is, unless told otherwise.
    package let features: ProviderFeatures
    private let script: Script
    private let state = Mutex<(machines: [MachineID: Machine], calls: [String])>(([:], []))
    private let observations = Mutex<[[MachineName]]>([])

    /// Makes a provider without machines.
    package init(
        _ name: String = "memory",
        features: ProviderFeatures = ProviderFeatures(boxFormats: [.directories], suspends: true, snapshots: true),
        script: Script = Script()
    ) {
        self.name = ProviderName(unchecked: name)
        self.features = features
        self.script = script
    }

    /// Every effect that was asked for, in order: `create web`.
    package var calls: [String] { state.withLock(\.calls) }
    /// The machines that were observed, for each time that some were.
    package var looks: [[MachineName]] { observations.withLock { $0 } }
    /// Its machines.
    package var machines: [MachineID: Machine] { state.withLock(\.machines) }

    /// Changes a machine behind everybody's back.
    package func change(_ machine: MachineIdentity, _ body: (inout Machine) -> Void) {
        state.withLock { state in
            guard var known = state.machines[machine.machine] else { return }
            body(&known)
            state.machines[machine.machine] = known
        }
    }

    /// Carries an effect out on a machine; one that is not there is made by `new`, or else missing.
    private func effect(
        _ verb: String, _ identity: MachineIdentity, new: Machine? = nil,
        _ body: (inout Machine) throws(ProviderError) -> Void
    ) async throws(ProviderError) {
        state.withLock { $0.calls.append("\(verb) \(identity.name)") }
        try await script.before?("\(verb) \(identity.name)")
        if Task.isCancelled { throw .cancelled("\(verb) was interrupted") }
        try state.withLock { state throws(ProviderError) in
            guard var machine = state.machines[identity.machine] ?? new else {
                throw .failed("\(verb): there is no machine '\(identity.name)'")
            }
            try body(&machine)
            state.machines[identity.machine] = machine
        }
    }
}

extension MemoryProvider {
    package func check() async -> [Finding] { [Finding(.fine, "memory is there")] }
    package func validate(_ machine: MachineSpec) -> [Diagnostic] { [] }
    package func objections(to machine: MachineSpec) -> [Diagnostic] { script.objections }
    package func settings(of request: MachineRequest) -> [MachineSetting] {
        [
            MachineSetting("memory", request.spec.memory.map { "\($0)" } ?? "default", impact: .restart),
            MachineSetting("box", request.box.digest, impact: .recreate),
        ]
    }
    package func claim(_ request: MachineRequest) -> ProviderRecord { script.claim }
    package func notices(of request: MachineRequest) async -> [String] { script.notices }

    package func observe(_ machines: [RecordedMachine]) async throws(ProviderError) -> [MachineID: MachineObservation] {
        observations.withLock { $0.append(machines.map(\.identity.name)) }
        let known = self.machines
        return Dictionary(
            uniqueKeysWithValues: machines.map { asked in
                let machine = known[asked.identity.machine]
                let isRunning = machine?.state == .running
                let seen = MachineObservation(
                    machine?.state ?? .absent, address: isRunning ? machine?.address : nil,
                    access: isRunning ? script.route : nil, drift: isRunning ? machine?.drift ?? [] : [],
                    guestTools: machine?.guestTools)
                return (asked.identity.machine, seen)
            })
    }

    package func create(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        let new = Machine(address: request.spec.interfaces.first?.address)
        try await effect("create", request.identity, new: new) { _ in }
        return ["made": "yes"]
    }

    package func start(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        try await effect("start", request.identity) { machine in
            machine.state = .running
            machine.names = request.hosts.flatMap(\.names)
        }
        return ["made": "yes"]
    }

    package func tasksOnceReachable(of request: MachineRequest) -> [String] { script.tasks }

    package func becameReachable(_ request: MachineRequest) async throws(ProviderError) {
        try await effect("customize", request.identity) { _ in }
    }

    package func update(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        try await effect("update", request.identity) { _ in }
        return ["made": "yes"]
    }

    package func rename(
        _ machine: RecordedMachine, hosts: [HostEntry], hostname: String
    ) async throws(ProviderError) -> Bool {
        guard machines[machine.identity.machine]?.state == .running else { return false }
        try await effect("rename", machine.identity) { $0.names = hosts.flatMap(\.names) }
        return true
    }

    package func stop(_ machine: RecordedMachine, grace: Duration) async throws(ProviderError) {
        guard machines[machine.identity.machine] != nil else { return }
        try await effect("stop", machine.identity) { $0.state = .stopped }
    }

    package func destroy(_ machine: RecordedMachine) async throws(ProviderError) {
        guard machines[machine.identity.machine] != nil else { return }
        try await effect("destroy", machine.identity) { _ in }
        state.withLock { $0.machines[machine.identity.machine] = nil }
    }

    package func waitForEnd(of machine: RecordedMachine) async -> String {
        if let ending = script.ending { return await ending() }
        for await _ in AsyncStream<Never>.makeStream().stream {}
        return "nobody waits any more"
    }

    package func explainSilence(of machine: RecordedMachine, logDirectory: FilePath) async -> [String] {
        script.silence
    }
}

extension MemoryProvider {
    package func suspend(_ machine: RecordedMachine) async throws(ProviderError) {
        try require(features.suspends)
        try await effect("suspend", machine.identity) { if $0.state == .running { $0.state = .suspended } }
    }

    package func resume(_ machine: RecordedMachine) async throws(ProviderError) {
        try require(features.suspends)
        try await effect("resume", machine.identity) { machine in
            if machine.state == .suspended { machine.state = .running } else { machine.drift = [] }
        }
    }

    package func snapshots(of machine: RecordedMachine) async throws(ProviderError) -> [MachineSnapshot] {
        try require(features.snapshots)
        return machines[machine.identity.machine]?.snapshots.map(\.snapshot) ?? []
    }

    package func saveSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        try require(features.snapshots)
        try await effect("save \(name) of", machine.identity) { machine throws(ProviderError) in
            guard !machine.snapshots.contains(where: { $0.snapshot.name == name }) else {
                throw .invalidRequest("there is a snapshot '\(name)' already")
            }
            let snapshot = MachineSnapshot(
                name: name, created: machine.snapshots.count, isRunning: machine.state == .running,
                parent: machine.current)
            machine.snapshots.append((snapshot, machine.disk))
            machine.current = name
        }
    }

    package func restoreSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        try require(features.snapshots)
        try await effect("restore \(name) of", machine.identity) { machine throws(ProviderError) in
            guard let saved = machine.snapshots.first(where: { $0.snapshot.name == name }) else {
                throw .invalidRequest("there is no snapshot '\(name)'")
            }
            machine.disk = saved.disk
            machine.state = saved.snapshot.isRunning ? .running : .stopped
            machine.current = name
        }
    }

    package func deleteSnapshot(_ name: SnapshotName, of machine: RecordedMachine) async throws(ProviderError) {
        try require(features.snapshots)
        try await effect("delete \(name) of", machine.identity) { machine in
            let parent = machine.snapshots.first { $0.snapshot.name == name }?.snapshot.parent
            machine.snapshots.removeAll { $0.snapshot.name == name }
            machine.snapshots = machine.snapshots.map { saved in
                let old = saved.snapshot
                guard old.parent == name else { return saved }
                return (
                    MachineSnapshot(name: old.name, created: old.created, isRunning: old.isRunning, parent: parent),
                    saved.disk
                )
            }
            if machine.current == name { machine.current = parent }
        }
    }

    private func require(_ feature: Bool) throws(ProviderError) {
        guard feature else { throw .unsupported("memory is told that it can't do this") }
    }
}
