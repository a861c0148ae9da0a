import ArgumentParser
import DevenvBoxes
import DevenvEngine
import DevenvPluginAPI

extension Devenv.Box {
    /// `devenv box remove`.
    struct Remove: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Remove boxes from this host.",
            usage: "devenv box remove <name> ... [<options>]",
            discussion: """
                Refuses one that machines were made from, unless forced; they keep working even then. Of several versions of a \
                box, say which with --box-version, or --all.
                """)
        static let speaksInLines = true

        @Argument(help: ArgumentHelp("The boxes.", valueName: "name"), completion: .boxes)
        var names: [String]
        @OptionGroup var only: BoxFilterOptions
        @Flag(name: .long, help: "Remove all versions.")
        var all = false
        @Flag(name: [.customShort("f"), .long], help: "Remove the name although machines use the box.")
        var force = false
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let components = context.makeComponents()
            try await components.enterForTrees()
            let store = components.boxes
            for name in names { try checkMeant(name, in: store) }
            for name in names {
                let removed = try await store.remove(name, only.filter, force: force)
                guard !output.quiet, !output.json else { continue }
                context.console.say(
                    "Removed \(name)\(removed.isEmpty ? "" : ": \(removed.joined(separator: ", "))").\n")
            }
            if output.json { context.console.answer(try JSONText.line(ResultLine(.done))) }
            return .done
        }

        /// Nobody loses a version without having said so.
        private func checkMeant(_ name: String, in store: BoxStore) throws {
            guard !all, only.boxVersion == nil, let records = try? store.records(of: name, only.filter) else {
                return  // what can't be read may go
            }
            let kinds = Dictionary(grouping: records) { "\($0.format.rawValue) \($0.architecture ?? "")" }
            guard kinds.values.contains(where: { $0.count > 1 }) else { return }
            let versions = records.map { $0.version ?? "none" }
            throw CommandFailure.usage(
                "the box '\(name)' is there in several versions: \(versions.joined(separator: ", "))",
                help: "name one with --box-version, or remove all of them with --all")
        }
    }
}
