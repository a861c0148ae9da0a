import DevenvBoxes
package import DevenvModel
import DevenvPluginAPI
import DevenvState

extension Engine {
    /// What `box package` would do. Without a name the box is called after project and machine. Throws `.box` where the name
    /// is taken, `.provider` where the machine's provider can't copy machines.
    package func preparePackage(
        _ machine: MachineName, as name: String?, version: String? = nil, isReplacing: Bool = false,
        keepsIdentity: Bool = false, isStopping: Bool = false
    ) async throws(EngineError) -> Operation {
        guard let record = try recorded([machine]).first else {
            throw EngineError(
                .wrongState, "can't package machine '\(machine)': it does not exist yet", help: "run 'devenv up'")
        }
        let order = Packaging(
            name: name ?? "\(record.identity.projectName)/\(machine)", version: version, isReplacing: isReplacing,
            keepsIdentity: keepsIdentity)
        let state = await observe([record])[machine]?.state ?? .absent
        let plan = try PackagePlanner(record: record, state: state).plan(order, isStopping: isStopping)
        let operation = try operation([record], plan) { () async throws(EngineError) in
            try await preparePackage(
                machine, as: name, version: version, isReplacing: isReplacing, keepsIdentity: keepsIdentity,
                isStopping: isStopping)
        }
        try operation.require(\.exports, "package", help: "use another provider")
        do throws(BoxError) {
            let image = try components.boxes.image(withDigest: record.boxDigest, name: record.boxName)
            try components.boxes.checkPackaging(as: BoxStore.Naming(order, of: record), image.format)
        } catch { throw EngineError(.box, error.message, help: error.help) }
        return operation
    }
}

extension StepRunner {
    /// Makes a box of a machine that does not run.
    func package(_ order: Packaging, _ machine: MachineName, _ provider: any Provider) async throws {
        let record = try record(of: machine)
        let image = try components.boxes.image(withDigest: record.boxDigest, name: record.boxName)
        // what is synced to the very root can't be told from the rest
        let folders = order.keepsIdentity ? [] : record.folders.keys.filter { $0 != "/" }.sorted()
        let box = try await components.boxes.package(
            BoxStore.PackagedMachine(box: image, leftOut: folders, keepsIdentity: order.keepsIdentity),
            as: BoxStore.Naming(order, of: record), notice: { events(.notice(machine, $0)) }
        ) { directory throws(BoxError) in
            do throws(ProviderError) { return try await provider.export(record.recorded, to: directory) } catch {
                throw BoxError(error)
            }
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
            source: "machine \(record.identity.projectName)/\(record.identity.name)", replacing: order.isReplacing)
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
