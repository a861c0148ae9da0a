import ArgumentParser
import DevenvBoxes
import DevenvEngine
import DevenvModel
import DevenvPluginAPI

extension Devenv.Box {
    /// `devenv box list`.
    struct List: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show the boxes of this host.",
            usage: "devenv box list [<options>]")

        @Flag(name: [.short, .long], help: "Show also what the boxes' makers say of them, and where they came from.")
        var info = false
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let store = context.makeComponents().boxes
            var boxes: [BoxObject] = []
            for record in try store.list() { boxes.append(BoxObject(record, users: try store.users(of: record))) }
            if output.json {
                context.console.answer(try JSONText.document(BoxListDocument(boxes: boxes)))
            } else if boxes.isEmpty {
                context.console.answer("There are no boxes yet. 'devenv box build debian/12' makes one.\n")
            } else {
                context.console.answer(table(boxes).render(context.console.answers.style))
                if info { context.console.answer(boxes.map(Self.information).joined()) }
            }
            return .done
        }

        private func table(_ boxes: [BoxObject]) -> Table {
            var table = Table(["BOX", "FORMAT", "VERSION", "ARCHITECTURE", "SIZE", "DISK", "DIGEST", "USED BY"])
            for box in boxes {
                table.add([
                    box.name, box.format, box.version ?? "", box.architecture ?? "",
                    ByteCount(bytes: box.bytes).description,
                    box.virtualBytes.map { ByteCount(bytes: $0).description } ?? "", String(box.digest.prefix(19)),
                    Phrase.list(box.usedBy, limit: 3),
                ])
            }
            return table
        }

        private static func information(_ box: BoxObject) -> String {
            var lines = [("source", box.source), ("digest", box.digest), ("user", box.user)]
            lines += [("catalog", box.catalog), ("checksum", box.checksum), ("base MAC", box.baseMAC)]
                .compactMap { name, value in value.map { (name, $0) } }
            if let memory = box.memoryBytes { lines.append(("memory", ByteCount(bytes: memory).description)) }
            if let cpus = box.cpus { lines.append(("cpus", "\(cpus)")) }
            if box.shared { lines.append(("store", "shared")) }
            lines += box.info.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            let heading = [box.name, box.format, box.version, box.architecture].compactMap { $0 }.joined(separator: " ")
            return "\n\(heading)\n"
                + lines.map { "  \(SafeText.clean($0.0)): \(SafeText.clean($0.1))\n" }.joined()
        }
    }
}

/// The answer of `box list --json`.
private struct BoxListDocument: Encodable {
    let schema = JSONText.schema
    let boxes: [BoxObject]

    private enum CodingKeys: String, CodingKey { case schema, boxes }
}
