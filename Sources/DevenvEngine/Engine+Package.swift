import DevenvBoxes
package import DevenvModel
import DevenvPluginAPI
import DevenvState

extension Engine {
    /// What `box package` would do. Without a name the box is called after project and machine. Throws `.box` where the name
    /// is taken, `.provider` where the machine's provider can't copy machines.
    package func preparePackage(
        _ machine: MachineName, as name: String?, version: String? = nil, isReplacing: Bool = false,
        keepsIdentity: Bool = false, isStopping: Bool = false, snapshot: SnapshotName? = nil
    ) async throws(EngineError) -> Operation {
        guard let record = try recorded([machine]).first else {
            throw EngineError(
                .wrongState, "can't package machine '\(machine)': it does not exist yet", help: "run 'devenv up'")
        }
        let order = Packaging(
            name: name ?? "\(record.identity.projectName)/\(machine)", version: version, isReplacing: isReplacing,
            keepsIdentity: keepsIdentity, snapshot: snapshot)
        let state = await observe([record])[machine]?.state ?? .absent
        let plan = try PackagePlanner(record: record, state: state).plan(order, isStopping: isStopping)
        let operation = try operation([record], plan) { () async throws(EngineError) in
            try await preparePackage(
                machine, as: name, version: version, isReplacing: isReplacing, keepsIdentity: keepsIdentity,
                isStopping: isStopping, snapshot: snapshot)
        }
        try operation.require(\.exports, "package", help: "use another provider")
        if let snapshot { try await check(snapshot, of: record, operation) }
        do throws(BoxError) {
            let image = try components.boxes.image(withDigest: record.boxDigest, name: record.boxName)
            try components.boxes.checkPackaging(as: BoxStore.Naming(order, of: record), image.format)
        } catch { throw EngineError(.box, error.message, help: error.help) }
        return operation
    }
}

extension Engine {
    /// Throws where a machine has no such snapshot, or none that a box can be made of.
    private func check(
        _ snapshot: SnapshotName, of record: MachineRecord, _ operation: Operation
    ) async throws(EngineError) {
        let machine = record.identity.name
        try operation.require(
            \.exportsSnapshots, "package a snapshot of",
            help: "run 'devenv snapshot restore \(snapshot) \(machine)', then package the machine")
        let known = try await snapshots(of: [machine]).flatMap(\.snapshots)
        guard known.contains(where: { $0.name == snapshot }) else {
            throw EngineError(
                .unknownSnapshot, "machine '\(machine)' has no snapshot '\(snapshot)'",
                help: "'devenv snapshot list' shows those that there are")
        }
    }
}

extension StepRunner {
    /// Makes a box of a machine that does not run, or of a snapshot of one.
    func package(_ order: Packaging, _ machine: MachineName, _ provider: any Provider) async throws {
        let record = try record(of: machine)
        let image = try components.boxes.image(withDigest: record.boxDigest, name: record.boxName)
        // what is synced to the very root can't be told from the rest
        let then = try order.snapshot.map { name throws(StateError) in try store.kept(name, of: record) } ?? record
        let folders = order.keepsIdentity ? [] : (then ?? record).folders.keys.filter { $0 != "/" }.sorted()
        let box = try await components.boxes.package(
            BoxStore.PackagedMachine(box: image, leftOut: folders, keepsIdentity: order.keepsIdentity),
            as: BoxStore.Naming(order, of: record), notice: { events(.notice(machine, $0)) }
        ) { directory throws(BoxError) in
            do throws(ProviderError) {
                let machine = record.recorded
                guard let name = order.snapshot else { return try await provider.export(machine, to: directory) }
                return try await provider.exportSnapshot(name, of: machine, to: directory)
            } catch { throw BoxError(error) }
        }
        if !folders.isEmpty {
            events(.notice(machine, "left out of the box: what is synced to \(folders.joined(separator: ", "))"))
        }
        events(.packaged(machine, box))
    }
}

extension BoxStore.Naming {
    /// What the box of a machine is known as.
    fileprivate init(_ order: Packaging, of record: MachineRecord) {
        self.init(
            name: order.name, version: order.version,
            source: "machine \(record.identity.projectName)/\(record.identity.name)"
                + (order.snapshot.map { ", snapshot \($0)" } ?? ""), replacing: order.isReplacing)
    }
}

extension BoxError {
    /// What a provider's failure means here.
    fileprivate init(_ error: ProviderError) {
        let code: Code =
            switch error.code {
            case .cancelled: .cancelled
            case .diskFull: .diskFull
            case .notPermitted: .notPermitted
            default: .failed
            }
        self.init(code, error.message, help: error.help)
    }
}
