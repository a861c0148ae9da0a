import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

/// A machine that is waited for.
struct Arriving: Sendable {
    let name: MachineName
    let provider: any Provider
    /// How long it may take to answer.
    let bootTimeout: Duration
    /// What it should be, where the command knows more than what is recorded.
    let wanted: StepRunner.Wanted?

    init(_ name: MachineName, _ context: MachineContext, _ wanted: StepRunner.Wanted?) {
        self.name = name
        provider = context.provider
        bootTimeout = context.bootTimeout
        self.wanted = wanted
    }
}

/// The way into a machine that runs.
struct WayIn: Sendable {
    let seen: MachineObservation
    let endpoint: SSHEndpoint
    let communicator: any Communicator
}

extension StepRunner {
    /// What a wait for a machine came to.
    private enum Arrival: Sendable {
        case answered
        case failed(any Error)
        case ended(reason: String)
    }

    /// Waits until a machine answers on SSH, or until it is clear that it never will: it has crashed, its disk is full.
    func connect(_ machine: Arriving) async throws {
        let record = try record(of: machine.name)
        let arrival = await withTaskGroup(of: Arrival.self) { group in
            group.addTask { await outcome(of: machine, record) }
            group.addTask { .ended(reason: await machine.provider.waitForEnd(of: record.recorded)) }
            let first = await group.next() ?? .answered
            group.cancelAll()
            await group.waitForAll()
            return first
        }
        switch arrival {
        case .answered: try noteAnswer(of: machine.name)
        case .failed(let error): throw error
        case .ended(let reason):
            try Task.checkCancellation()
            throw await silence(
                "gave up waiting for machine '\(machine.name)' to answer on SSH: \(reason)", help: nil, machine, record)
        }
    }

    private func outcome(of machine: Arriving, _ record: MachineRecord) async -> Arrival {
        let deadline = ContinuousClock.now + machine.bootTimeout
        do {
            let seen = try await machine.provider.locate(record.recorded, timeout: machine.bootTimeout)
            let way = try wayIn(to: machine.name, record, seen)
            try await answer(of: machine, record, way, until: deadline)
            if let wanted = machine.wanted { try await setNetworks(in: wanted, over: way.communicator) }
            connections.keep(way, to: machine.name)
            return .answered
        } catch let error as CommunicatorError where [.refused, .silent, .connectionLost].contains(error.code) {
            return .failed(await silence(error.message, help: Self.patienceHelp, machine, record))
        } catch let error as ProviderError where error.code == .timedOut {
            return .failed(await silence(error.message, help: error.help ?? Self.patienceHelp, machine, record))
        } catch {
            return .failed(error)
        }
    }

    private func answer(
        of machine: Arriving, _ record: MachineRecord, _ way: WayIn, until deadline: ContinuousClock.Instant
    ) async throws {
        guard record.isIntroduced == false else {
            return try await way.communicator.waitUntilReady(timeout: max(.zero, deadline - .now))
        }
        guard let wanted = machine.wanted, case .knownKey(let key) = wanted.box.introduction else {
            throw EngineError(
                .wrongState, "machine '\(machine.name)' has never let in its own key",
                help: "run 'devenv up \(machine.name)', with a box that still has the key that it was built with")
        }
        try await introduce(wanted, record, way, by: key, until: deadline)
    }

    private func noteAnswer(of machine: MachineName) throws(StateError) {
        var record = try record(of: machine)
        record.answeredStart = record.starts
        if record.isIntroduced != nil { record.isIntroduced = true }
        try store.save(record, durable: false)
        FaultPoint.reach("engine.connect.noted")
    }

    private static let patienceHelp = "where it only needs longer to boot, give it a longer 'boot_timeout'"

    /// An error with all that the provider knows of a machine that does not answer.
    private func silence(
        _ message: String, help: String?, _ machine: Arriving, _ record: MachineRecord
    ) async -> EngineError {
        let details = await machine.provider.explainSilence(
            of: record.recorded, logDirectory: store.logs(of: machine.name))
        return EngineError(.failed, message, help: help, details: details)
    }

    /// The way into a machine that has answered before: looked for once in a command, and again after whatever may change it.
    func reach(_ machine: MachineName, _ provider: any Provider) async throws -> WayIn {
        if let known = connections.ways[machine] { return known }
        let record = try record(of: machine)
        let seen = try await provider.observe([record.recorded])[record.identity.machine]
        let way = try wayIn(to: machine, record, seen)
        connections.keep(way, to: machine)
        return way
    }

    private func wayIn(to machine: MachineName, _ record: MachineRecord, _ seen: MachineObservation?) throws -> WayIn {
        let keys = MachineKeys(directory: store.directory(of: machine))
        guard let seen, let endpoint = try keys.endpoint(for: record, seen: seen) else {
            throw Self.unreachable(machine, seen?.state, logs: store.logs(of: machine))
        }
        return WayIn(
            seen: seen, endpoint: endpoint, communicator: connections.communicator(for: machine, at: endpoint))
    }

    private static func unreachable(
        _ machine: MachineName, _ state: MachineObservation.State?, logs: FilePath
    ) -> EngineError {
        let what =
            switch state {
            case .running: "has no address"
            case .unknown(let reason): "can't be looked at: \(reason)"
            default: "stopped running"
            }
        return EngineError(.wrongState, "machine '\(machine)' \(what)", help: "look at its console log in \(logs)")
    }
}
