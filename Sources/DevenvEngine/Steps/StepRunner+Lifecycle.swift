import DevenvBoxes
import DevenvCrypto
import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

extension StepRunner {
    /// Makes a machine: intent, keys, the claim on its box, the machine, result.
    func create(_ machine: Wanted) async throws {
        var record = try await intention(machine)
        try store.save(record)
        FaultPoint.reach("engine.create.intended")
        let keys = MachineKeys(directory: store.directory(of: machine.name))
        try keys.establish(for: record.identity)
        try components.boxes.retain(record.boxDigest, by: record.identity)
        try await components.boxes.requireUnchanged(record.boxDigest, name: machine.box.name)
        FaultPoint.reach("engine.create.claimed")
        let request = try await request(machine, record)
        record.providerRecord = try await machine.provider.create(request)
        record.phase = .created
        try store.save(record)
        for text in objections(to: machine) + (await machine.provider.notices(of: request)) {
            events(.notice(machine.name, text))
        }
    }

    /// What the user is to know of keys that have no effect on the machine; where the Envfile names its provider, that was
    /// said when it was read.
    private func objections(to machine: Wanted) -> [String] {
        guard machine.spec.providers.count != 1 else { return [] }
        return machine.provider.objections(to: machine.spec).filter { $0.severity == .warning }.map(\.message)
    }

    /// The record of a machine that is about to be made. One that was begun before goes on under its id; what is left of an
    /// older one is removed first, as nothing that was done in it is true of the new one.
    private func intention(_ machine: Wanted) async throws -> MachineRecord {
        let old = try store.machine(machine.name)
        if let old, old.phase == .creating, old.provider == machine.provider.name, old.boxDigest == machine.box.digest {
            var record = MachineRecord(identity: old.identity, of: machine)
            // what was begun is where it was begun, whatever the claim would be now
            record.claim = old.claim
            return record
        }
        if old != nil { try await destroy(machine.name, machine.provider) }
        guard let project = try store.project() else {
            throw EngineError(.state, "the project's state is gone", help: "run the command again")
        }
        let identity = MachineIdentity(
            project: project.id, machine: MachineID(unchecked: SecureRandom.hexadecimal(digits: 16)),
            projectName: project.name, name: machine.name)
        var record = MachineRecord(identity: identity, of: machine)
        let request = RequestBuilder.forSettings(machine.spec, box: machine.box, hosts: machine.hosts, record: record)
        let claim = machine.provider.claim(request)
        if !claim.isEmpty { record.claim = claim }
        return record
    }

    /// Starts a machine, or puts right what is missing around one that runs.
    func start(_ machine: Wanted) async throws {
        connections.forget(machine.name)
        var record = try record(of: machine.name)
        record.update(from: machine, forwards: try await reservePorts(for: machine, record))
        record.isReady = false
        if try await !isRunning(record, machine.provider) {
            record.starts += 1
            record.isComingBack = nil
        }
        try store.save(record, durable: false)
        FaultPoint.reach("engine.start.intended")
        try await startOnFreePorts(machine, &record)
        record.settings = machine.desired.settings
        record.apply(machine.provider.settings(of: try await request(machine, record)))
        try store.save(record, durable: false)
    }

    /// Starts the machine, giving automatic forwards other ports as long as the provider finds theirs taken.
    private func startOnFreePorts(_ machine: Wanted, _ record: inout MachineRecord) async throws {
        var refused: Set<UInt16> = []
        while true {
            let request = try await request(machine, record)
            do throws(ProviderError) {
                record.providerRecord = try await machine.provider.start(request)
                return
            } catch {
                let automatic = record.forwards.contains { $0.isAutomatic && $0.host == error.port }
                guard let port = error.port, automatic, refused.insert(port).inserted else { throw error }
            }
            record.forwards = try await reservePorts(for: machine, record, except: refused)
            try store.save(record, durable: false)
        }
    }

    private func isRunning(_ record: MachineRecord, _ provider: any Provider) async throws(ProviderError) -> Bool {
        // one that was never told to start does not run, nor does one that the plan is to start because it is stopped
        guard record.starts > 0, !operation.stopped.contains(record.identity.name) else { return false }
        return try await provider.observe([record.recorded])[record.identity.machine]?.state == .running
    }

    /// Puts right what is missing around a machine that runs, with nothing new for the machine itself.
    func mend(_ machine: Wanted) async throws {
        connections.forget(machine.name)
        var record = try record(of: machine.name)
        record.providerRecord = try await machine.provider.start(request(machine, record))
        try store.save(record, durable: false)
    }

    /// Changes settings of a machine that runs.
    func update(_ machine: Wanted) async throws {
        connections.forget(machine.name)
        var record = try record(of: machine.name)
        record.update(from: machine, forwards: try await reservePorts(for: machine, record))
        try store.save(record, durable: false)
        FaultPoint.reach("engine.update.intended")
        record.providerRecord = try await machine.provider.update(request(machine, record))
        try await setNetworks(in: machine, over: nil)
        let applied = machine.desired.settings + machine.provider.settings(of: try await request(machine, record))
        record.apply(applied.filter { $0.impact == .live })
        try store.save(record, durable: false)
    }

    /// Stops a machine; one that has no record is not ours to stop.
    func stop(_ name: MachineName, _ provider: any Provider) async throws {
        guard var record = try store.machine(name) else { return }
        await connections.close(name)
        try await unwatch(record.identity)
        record.isReady = false
        try store.save(record, durable: false)
        FaultPoint.reach("engine.stop.intended")
        let grace = operation.force ? Duration.zero : .milliseconds(record.stopTimeoutMilliseconds)
        try await provider.stop(record.recorded, grace: grace)
        try store.notePorts(of: name, isRunning: false)
    }

    /// Removes a machine: intent, the machine, its claim on its box, its record.
    func destroy(_ name: MachineName, _ provider: any Provider) async throws {
        guard var record = try store.machine(name) else { return }
        await connections.close(name)
        record.phase = .destroying
        let intent = record
        // the machine will then be found gone
        try unlessFull { () throws(StateError) in try store.save(intent) }
        FaultPoint.reach("engine.destroy.intended")
        try await unwatch(record.identity)
        try await provider.destroy(record.recorded)
        FaultPoint.reach("engine.destroy.removed")
        try components.boxes.release(record.boxDigest, by: record.identity)
        FaultPoint.reach("engine.destroy.released")
        // ports of a machine that is gone keep nobody from them
        try unlessFull { () throws(StateError) in try store.releasePorts(of: name) }
        try store.forget(name)
    }

    /// Writes something that may be missing: whoever has a full disk destroys to free it.
    private func unlessFull(_ write: () throws(StateError) -> Void) throws(StateError) {
        do throws(StateError) { try write() } catch {
            guard error.isDiskFull else { throw error }
        }
    }
}

extension MachineRecord {
    /// The record of a machine that is about to be made.
    fileprivate init(identity: MachineIdentity, of machine: StepRunner.Wanted) {
        self.init(
            identity: identity, provider: machine.provider.name, boxName: machine.box.name,
            boxDigest: machine.box.digest,
            user: RequestBuilder.user(of: machine.spec, machine.box))
        boxVersion = machine.box.version
        settings = machine.desired.settings
        if case .knownKey = machine.box.introduction { isIntroduced = false }
        update(from: machine, forwards: machine.spec.forwards.map(\.value))
    }

    /// Takes over what a start or an update gives the machine anew.
    fileprivate mutating func update(from machine: StepRunner.Wanted, forwards: [PortForward]) {
        let spec = machine.spec
        ownKey = spec.ssh.key?.string
        sshPort = spec.ssh.port
        user = RequestBuilder.user(of: spec, machine.box)
        addresses = Dictionary(spec.interfaces.map { ($0.network.rawValue, $0.address) }) { first, _ in first }
        stopTimeoutMilliseconds = spec.stopTimeout.milliseconds
        dependencies = machine.dependencies
        self.forwards = forwards
    }

    /// Notes settings that were applied; of two for one key the later. What was applied may differ from what was planned:
    /// an automatic forward gets its port only at the start.
    mutating func apply(_ applied: [MachineSetting]) {
        for setting in applied {
            settings.removeAll { $0.key == setting.key }
            settings.append(setting)
        }
    }
}
