import DevenvBoxes
import DevenvCatalogs
import DevenvDownload
import DevenvEngine
import DevenvModel
import DevenvRegistry

/// Gets boxes for a command, and shows how it goes.
struct BoxFetch: Sendable {
    let output: OutputOptions
    let context: CommandContext

    /// What was downloaded is no box, but the JSON of one.
    struct IsCatalog: Error {}

    /// Gets a box that was found in a catalog.
    func get(_ find: BoxSupply.Find, _ supply: BoxSupply, replacing: Bool = false) async throws -> BoxRecord {
        let display = DownloadDisplay("\(find.name) \(find.choice.version.text)", output, context)
        defer { display.end() }
        if let text = find.keyNotice { say(text) }
        return try await supply.get(
            find, replacing: replacing, events: { display.handle($0) }, notice: { say("note: \($0)") })
    }

    /// Gets what a pinned reference to a registry stands for now; nil where that is what is pinned.
    func move(_ pinned: LockedBox, in envfile: Envfile, _ supply: BoxSupply) async throws -> BoxRecord? {
        let display = DownloadDisplay(pinned.name, output, context)
        defer { display.end() }
        return try await supply.moved(
            pinned, in: envfile, events: { display.handle($0) }, notice: { say("note: \($0)") })
    }

    /// Downloads a box and adds it. Throws `IsCatalog` where what came is the JSON of a box, which has its own name.
    func get(
        _ download: Download, _ naming: BoxStore.Naming?, _ missing: CommandFailure,
        _ expectation: BoxStore.Expectation,
        _ supply: BoxSupply
    ) async throws -> BoxRecord {
        let name = naming?.name ?? download.address.fileName
        let display = DownloadDisplay(name, output, context)
        defer { display.end() }
        return try await supply.get(
            download, naming ?? BoxStore.Naming(name: "box", source: download.address.description), expectation,
            events: { display.handle($0) },
            check: { file in
                if BoxSource.isCatalog(file) { throw IsCatalog() }
                if naming == nil { throw missing }
            }, notice: { say("note: \($0)") })
    }

    /// Gets what a reference to a registry stands for.
    func get(
        _ image: ImageReference, _ naming: BoxStore.Naming, _ registry: RegistryBoxes
    ) async throws -> BoxRecord {
        let display = DownloadDisplay(naming.name, output, context)
        defer { display.end() }
        return try await registry.add(
            image, as: naming, events: { display.handle($0) }, notice: { say("note: \($0)") }
        ).record
    }

    /// Says something on the way.
    func say(_ text: String) {
        if !output.quiet, !output.json { context.console.say(SafeText.clean(text) + "\n") }
    }
}
