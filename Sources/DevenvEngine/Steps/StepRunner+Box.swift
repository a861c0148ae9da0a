import DevenvBoxes
import DevenvCatalogs
import DevenvDownload
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Synchronization

/// The boxes that the steps of a plan have got.
final class GottenBoxes: Sendable {
    private let images = Mutex<[String: BoxImage]>([:])

    subscript(title: String) -> BoxImage? {
        get { images.withLock { $0[title] } }
        set { images.withLock { $0[title] = newValue } }
    }
}

extension StepRunner {
    /// Gets the box that a machine lacks, and pins it.
    func getBox(_ step: StepID, _ context: MachineContext) async throws {
        guard let need = context.desired?.need else { return }
        let record = try await get(need, step)
        FaultPoint.reach("engine.get.stored")
        if case .catalog(let find) = need.source, let text = find.keyNotice { events(.notice(nil, text)) }
        gotten[need.title] = try components.boxes.image(withDigest: record.digest, name: record.name)
        guard need.digest == nil, let lockFile = operation.lockFile, let pin = LockedBox(record, for: need.wish) else {
            return
        }
        try await EnvfileLock.pin([pin], in: lockFile, of: components.host)
    }

    private func get(_ need: BoxNeed, _ step: StepID) async throws -> BoxRecord {
        let supply = components.supply
        switch need.source {
        case .catalog(let find):
            return try await supply.get(
                find, digest: need.digest, events: { events(.download(step, $0)) },
                notice: { events(.notice(step.machine, $0)) })
        case .located(let box, let sight):
            return try await supply.get(
                box, sight, digest: need.digest, formats: need.wish.formats, events: { events(.download(step, $0)) },
                notice: { events(.notice(step.machine, $0)) })
        }
    }

    /// What a machine is to be, with the box that has been got for it; nil where nothing is wanted of it.
    func withBox(_ context: MachineContext) throws(EngineError) -> (DesiredMachine, BoxImage)? {
        guard var desired = context.desired, let box = context.box else { return nil }
        guard let need = desired.need, let image = gotten[need.title] else { return (desired, box) }
        // the settings were made of what stood for the image
        let request = RequestBuilder.forSettings(desired.spec, box: image, hosts: context.hosts, record: nil)
        desired.settings = context.provider.settings(of: request) + desired.settings.filter { $0.key == HostNames.key }
        return (desired, image)
    }
}
