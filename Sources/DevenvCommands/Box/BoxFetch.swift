import DevenvBoxes
import DevenvCatalogs
import DevenvDownload
import DevenvEngine
import DevenvModel

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
        if let key = find.newKey { say("The catalog \(find.catalog) is now believed with the key \(key.fingerprint).") }
        return try await supply.get(
            find, replacing: replacing, events: { display.handle($0) }, notice: { say("note: \($0)") })
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

    /// Says something on the way.
    func say(_ text: String) {
        if !output.quiet, !output.json { context.console.say(SafeText.clean(text) + "\n") }
    }
}
