import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import Glibc
import SystemPackage

extension StepRunner {
    /// Makes a folder equal.
    func sync(_ target: GuestPath, _ machine: Wanted) async throws {
        guard let folder = machine.spec.folders.first(where: { $0.target == target }) else { return }
        let way = try await reach(machine.name, machine.provider)
        let known = try record(of: machine.name).folders[target.string]
        // whoever watches the folder must not send what changes at the same time
        let lock = try await HeldFileLock.awaiting(store.folderLock(of: machine.name, target), command: "sync")
        defer { withExtendedLifetime(lock) {} }
        try Task.checkCancellation()
        if operation.returning.concerns(folder) { return try await bringBack(folder, way, machine) }
        let moment = FileClock.now
        let planned = machine.desired.folders[target.string]
        let compared = planned == nil ? try await comparison(of: folder, known, way, moment) : nil
        async let reading = reading(of: folder, compared, moment)
        let memory =
            compared?.isEqual == true ? known?.memory : try await push(folder, known?.memory, way, machine)
        FaultPoint.reach("engine.sync.sent")
        let found = try await reading
        try store.keepBase(found.base, of: target, machine.name)
        // as planned, where it was: what has changed since then is for the next time
        let fingerprint = planned ?? found.fingerprint ?? "changed while it was sent"
        var record = try record(of: machine.name)
        record.folders[target.string] = FolderSync(fingerprint: fingerprint, memory: memory)
        try store.save(record, durable: false)
    }

    /// How the two sides stand; nil where the folder was never sent.
    private func comparison(
        of folder: SyncedFolder, _ known: FolderSync?, _ way: WayIn, _ moment: Duration
    ) async throws(SyncError) -> FolderComparison? {
        guard let known, let memory = known.memory else { return nil }
        return try await components.synchronizer.comparison(
            of: folder, unchangedSince: moment, over: way.communicator, knowing: memory, fingerprint: known.fingerprint)
    }

    private func reading(
        of folder: SyncedFolder, _ compared: FolderComparison?, _ moment: Duration
    ) async throws(SyncError) -> FolderReading {
        if let compared { return compared.reading }
        return try await components.synchronizer.reading(of: folder, unchangedSince: moment)
    }

    /// Sends the folder; returns what the synchronizer wants to be told the next time.
    private func push(
        _ folder: SyncedFolder, _ memory: String?, _ way: WayIn, _ machine: Wanted
    ) async throws -> String? {
        try await explaining(machine) {
            try await components.synchronizer.push(folder, to: way.endpoint, over: way.communicator, knowing: memory)
        }.memory
    }

    /// Runs a provisioner and records what came of it, a failure too.
    func provision(_ name: String, _ step: StepID, _ machine: Wanted) async throws {
        guard let item = machine.spec.provisioners.first(where: { $0.name.value == name }),
            let provisioner = components.provisioner(item.kind.value),
            let fingerprint = machine.desired.provisioners[name]
        else { throw EngineError(.failed, "there is no provisioner '\(name)'") }
        let communicator = try await reach(machine.name, machine.provider).communicator
        let log = try ProvisionLog(directory: store.logs(of: machine.name), name: name)
        let events = events
        let values = try await secrets(provisioner.secrets(usedBy: item))
        let output = MaskedOutput(secrets: knownSecrets.adding(values)) { stream, bytes in
            log.append(bytes)
            events(.output(step, stream, bytes))
        }
        let context = ProvisionerContext(
            project: operation.project, machine: machine.name, secrets: values, endpoints: endpoints,
            output: output.write)
        let failure: ProvisionerError?
        do throws(ProvisionerError) {
            try await provisioner.run(item, on: communicator, context: context)
            failure = nil
        } catch {
            failure = error.masked(knownSecrets.all)
        }
        output.finish()
        FaultPoint.reach("engine.provision.ran")
        try note(fingerprint, failure, of: name, machine.name)
        guard let failure else { return }
        guard failure.exitStatus == nil else { throw failure }
        try await explaining(machine) { () async throws -> Void in throw failure }
    }

    /// Does something in a machine that was reached before. Where that fails, the error says what it is about the machine that
    /// kept it from going on, if it was paused or has ended.
    private func explaining<Value>(_ machine: Wanted, _ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch {
            guard !Self.isCancellation(error), let record = try? record(of: machine.name) else { throw error }
            // a provider that can't say leaves the error's own words
            let seen = (try? await machine.provider.observe([record.recorded]))?[record.identity.machine]
            guard let seen, seen.state != .running else { throw error }
            let (message, help) = Self.text(of: error)
            throw EngineError(.failed, message, help: help, details: ["the machine is \(seen.state)"] + seen.drift)
        }
    }

    /// How to log in to each machine of the project that runs.
    private func endpoints() async throws(ProvisionerError) -> [MachineName: SSHEndpoint] {
        do throws(StateError) {
            let records = try store.machines()
            let seen = await Observation.observe(records, components.providers)
            var endpoints: [MachineName: SSHEndpoint] = [:]
            for record in records {
                let name = record.identity.name
                guard let observation = seen[name] else { continue }
                let keys = MachineKeys(directory: store.directory(of: name))
                endpoints[name] = try keys.endpoint(for: record, seen: observation)
            }
            return endpoints
        } catch {
            throw ProvisionerError(error.message, help: error.help)
        }
    }

    private func note(
        _ fingerprint: ProvisionerFingerprint, _ failure: ProvisionerError?, of name: String, _ machine: MachineName
    ) throws(StateError) {
        var record = try record(of: machine)
        record.provisioners[name] = ProvisionerRun(
            fingerprint: fingerprint, succeeded: failure == nil, exitStatus: failure == nil ? 0 : failure?.exitStatus,
            endedAt: time(nil), starts: record.starts)
        record.isReady = false
        try store.save(record, durable: false)
    }

    private func secrets(_ names: Set<String>) async throws -> [String: Redacted] {
        let resolver = SecretResolver(
            runner: components.runner, environment: components.environment, directory: operation.project.directory)
        var values: [String: Redacted] = [:]
        for name in names.sorted() {
            guard let source = operation.secrets[name] else { continue }
            values[name] = try await resolver.value(of: name, from: source)
        }
        return values
    }

    /// Waits until the machine's checks hold, one after the other.
    func waitUntilReady(_ machine: Wanted) async throws {
        let way = try await reach(machine.name, machine.provider)
        let prober = ReadyProber(
            address: way.seen.address, own: Set(machine.spec.interfaces.map(\.address)),
            isReachable: way.seen.access == nil, communicator: way.communicator, runner: components.runner)
        try await explaining(machine) {
            for check in machine.spec.readyChecks { try await prober.wait(for: check, of: machine.name) }
        }
        var record = try record(of: machine.name)
        record.isReady = true
        record.heldChecks = machine.spec.readyChecks.map(\.description)
        try store.save(record, durable: false)
    }
}
