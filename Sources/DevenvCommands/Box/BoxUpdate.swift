import ArgumentParser
import DevenvBoxes
import DevenvCatalogs
import DevenvEngine
import DevenvModel

extension Devenv.Box {
    /// `devenv box update`.
    struct Update: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "update",
            abstract: "Get the highest versions of boxes that came from catalogs.",
            usage: "devenv box update [<name> ...] [<options>]",
            discussion: """
                In a project with a lock file it means the boxes that are pinned there: each moves to the highest version that the \
                Envfile admits. Elsewhere it means all boxes of this host that came from a catalog. Older versions stay, and \
                with them the machines that were made from them; 'devenv box prune' removes those that nobody needs.
                """)
        static let speaksInLines = true

        @Argument(help: ArgumentHelp("Only these boxes.", valueName: "name"), completion: .boxes)
        var names: [String] = []
        @Flag(name: .long, help: "Update the boxes of this host, even in a project.")
        var host = false
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let components = context.makeComponents()
            try await components.enterForTrees()
            let updated: [BoxRecord]
            if let (envfile, lock) = try await pinned(context) {
                try check(names, among: lock.boxes.map(\.name), place: "no box of this name is in the lock file")
                let update = PinUpdate(output: output, context: context, supply: components.supply)
                updated = try await update.run(
                    lock.boxes.filter { names.isEmpty || names.contains($0.name) }, of: envfile)
            } else {
                updated = try await update(try await installed(components.boxes), components.supply, context)
            }
            if output.json {
                let objects = updated.map { BoxObject($0, users: []) }
                context.console.answer(try JSONText.line(DoneLine(["boxes": objects])))
            }
            return .done
        }

        /// The project's Envfile and what is pinned for it; nil outside of a project, and where nothing is pinned.
        private func pinned(_ context: CommandContext) async throws -> (Envfile, EnvfileLock)? {
            guard !host, let session = try? await ProjectSession.open(context, location, output, reaching: false) else {
                return nil
            }
            guard let path = session.place.envfile, let lock = try EnvfileLock.read(EnvfileLock.path(of: path)) else {
                return nil
            }
            return (try session.graph().envfile, lock)
        }

        private func installed(_ store: BoxStore) async throws -> [CatalogBox] {
            let all = try await store.fromCatalogs()
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
            _ boxes: [CatalogBox], _ supply: BoxSupply, _ context: CommandContext
        ) async throws -> [BoxRecord] {
            var updated: [BoxRecord] = []
            for box in try await supply.freshness(of: boxes) {
                switch box.state {
                case .current:
                    say("\(box.installed.name) is up to date (\(box.installed.version?.text ?? ""))", context)
                case .gone: say("\(box.installed.name): its catalog does not have it any more", context)
                case .unknown(let error): throw error
                case .outdated(let version):
                    let record = try await update(box, version, boxes, supply, context)
                    say("Got \(record.name) \(record.version ?? "")", context)
                    updated.append(record)
                }
            }
            return updated
        }

        private func update(
            _ box: Freshness, _ version: BoxVersion, _ boxes: [CatalogBox], _ supply: BoxSupply,
            _ context: CommandContext
        ) async throws -> BoxRecord {
            let source = boxes.last { $0.name == box.installed.name && $0.format == box.installed.format }?.catalog
            let wish = BoxSupply.Wish(
                name: box.installed.name, constraint: VersionConstraint(parsing: "= \(version.text)"),
                formats: [box.installed.format], architecture: box.installed.architecture)
            let find = try await supply.find(wish, in: [try supply.source(source ?? "")])
            return try await BoxFetch(output: output, context: context).get(find, supply)
        }

        private func say(_ text: String, _ context: CommandContext) {
            if !output.quiet, !output.json { context.console.say(SafeText.clean(text) + "\n") }
        }
    }
}
