import ArgumentParser
import DevenvBoxes
import DevenvCatalogs
import DevenvEngine
import DevenvModel

extension Devenv.Box {
    /// `devenv box update`.
    struct Update: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Get the highest versions of boxes that came from catalogs.",
            usage: "devenv box update [<name> ...] [<options>]",
            discussion: """
                In a project with a lock file it means the boxes that are pinned there: each moves to the highest version that the \
                Envfile admits. Elsewhere it means all boxes of this host that came from a catalog. Older versions stay, and \
                with them the machines that were made from them; 'devenv box prune' removes those that nobody needs.
                """)
        static let speaksInLines = true

        @Argument(help: ArgumentHelp("Only these boxes.", valueName: "name"))
        var names: [String] = []
        @Flag(name: .long, help: "Update the boxes of this host, even in a project.")
        var host = false
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let components = context.makeComponents()
            let updated: [BoxRecord]
            if let (envfile, lock) = try pinned(context) {
                updated = try await update(lock, of: envfile, components.supply, context)
            } else {
                updated = try await update(try installed(components.boxes), components.supply, context)
            }
            if output.json {
                let objects = updated.map { BoxObject($0, users: []) }
                context.console.answer(try JSONText.line(UpdateLine(boxes: objects)))
            }
            return .done
        }

        /// The project's Envfile and what is pinned for it; nil outside of a project, and where nothing is pinned.
        private func pinned(_ context: CommandContext) throws -> (Envfile, EnvfileLock)? {
            guard !host, let session = try? ProjectSession.open(context, location, output) else { return nil }
            guard let path = session.place.envfile, let lock = try EnvfileLock.read(EnvfileLock.path(of: path)) else {
                return nil
            }
            return (try session.graph().envfile, lock)
        }

        private func update(
            _ lock: EnvfileLock, of envfile: Envfile, _ supply: BoxSupply, _ context: CommandContext
        ) async throws -> [BoxRecord] {
            try check(names, among: lock.boxes.map(\.name), place: "no box of this name is in the lock file")
            var updated: [BoxRecord] = []
            for box in lock.boxes where names.isEmpty || names.contains(box.name) {
                guard let find = try await supply.successor(of: box, in: envfile) else {
                    say("\(box.name) is up to date (\(box.version ?? ""))", context)
                    continue
                }
                let record = try await BoxFetch(output: output, context: context).get(find, supply)
                let path = EnvfileLock.path(of: envfile.path)
                try await EnvfileLock.pin([box.moved(to: record)], in: path, of: context.host)
                say("Pinned \(box.name) \(record.version ?? "") in place of \(box.version ?? "")", context)
                updated.append(record)
            }
            return updated
        }

        private func installed(_ store: BoxStore) throws -> [BoxRecord] {
            let all = try store.list().filter { $0.catalog != nil }
            try check(names, among: all.map(\.name), place: "no box of this name came from a catalog")
            return all.filter { names.isEmpty || names.contains($0.name) }
        }

        private func check(_ names: [String], among known: [String], place: String) throws {
            guard let name = names.first(where: { !known.contains($0) }) else { return }
            throw CommandFailure.failed(
                "updating the box '\(name)': \(place)",
                help: "run 'devenv box list' to see what is there, or 'devenv box add \(name)' to get it from a catalog"
            )
        }

        private func update(
            _ records: [BoxRecord], _ supply: BoxSupply, _ context: CommandContext
        ) async throws -> [BoxRecord] {
            var updated: [BoxRecord] = []
            for box in try await supply.freshness(of: records) {
                switch box.state {
                case .current:
                    say("\(box.installed.name) is up to date (\(box.installed.version?.text ?? ""))", context)
                case .gone: say("\(box.installed.name): its catalog does not have it any more", context)
                case .unknown(let error): throw error
                case .outdated(let choice):
                    let record = try await update(box, choice, records, supply, context)
                    say("Got \(record.name) \(record.version ?? "")", context)
                    updated.append(record)
                }
            }
            return updated
        }

        private func update(
            _ box: Freshness, _ choice: OfferSelection.Choice, _ records: [BoxRecord], _ supply: BoxSupply,
            _ context: CommandContext
        ) async throws -> BoxRecord {
            let source = records.last { $0.name == box.installed.name && $0.format == box.installed.format }?.catalog
            let wish = BoxSupply.Wish(
                name: box.installed.name, constraint: VersionConstraint(parsing: "= \(choice.version.text)"),
                formats: [box.installed.format], architecture: box.installed.architecture)
            let find = try await supply.find(wish, in: [try supply.source(source ?? "")])
            return try await BoxFetch(output: output, context: context).get(find, supply)
        }

        private func say(_ text: String, _ context: CommandContext) {
            if !output.quiet, !output.json { context.console.say(SafeText.clean(text) + "\n") }
        }
    }
}

/// The last line of `box update --json`.
private struct UpdateLine: Encodable {
    let schema = JSONText.schema
    let event = "result"
    let status = ExitStatus.done.word
    let exitCode = Int(ExitStatus.done.code)
    let boxes: [BoxObject]

    private enum CodingKeys: String, CodingKey { case schema, event, status, exitCode, boxes }
}
