import DevenvBoxes
import DevenvCatalogs
import DevenvEngine
import DevenvModel

/// Moves what a project's lock file pins to what there is now.
struct PinUpdate: Sendable {
    let output: OutputOptions
    let context: CommandContext
    let supply: BoxSupply

    /// Moves each of these to the highest version that the Envfile admits; gives those that it has got for that.
    func run(_ boxes: [LockedBox], of envfile: Envfile) async throws -> [BoxRecord] {
        var updated: [BoxRecord] = []
        for box in boxes {
            let record = box.isLocated ? try await move(box, envfile) : try await advance(box, envfile)
            guard let record else { continue }
            try await EnvfileLock.pin([box.moved(to: record)], in: EnvfileLock.path(of: envfile.path), of: context.host)
            fetch.say(
                box.isLocated
                    ? "Pinned \(box.name) as \(record.digest)"
                    : "Pinned \(box.name) \(record.version ?? "") in place of \(box.version ?? "")")
            updated.append(record)
        }
        return updated
    }

    private var fetch: BoxFetch { BoxFetch(output: output, context: context) }

    private func advance(_ box: LockedBox, _ envfile: Envfile) async throws -> BoxRecord? {
        if let find = try await supply.successor(of: box, in: envfile) { return try await fetch.get(find, supply) }
        fetch.say("\(box.name) is up to date (\(box.version ?? ""))")
        return nil
    }

    /// One that the Envfile names by where it is: a tag may stand for another image by now.
    private func move(_ box: LockedBox, _ envfile: Envfile) async throws -> BoxRecord? {
        if let record = try await fetch.move(box, in: envfile, supply) { return record }
        fetch.say("\(box.name) is up to date")
        return nil
    }
}
