import ArgumentParser
import DevenvBoxes
import DevenvEngine
import DevenvModel
import DevenvPluginAPI

extension Devenv.Box {
    /// `devenv box list`.
    struct List: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the boxes of this host.",
            usage: "devenv box list [<options>]")

        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let store = context.makeComponents().boxes
            var boxes: [BoxObject] = []
            var table = Table(["BOX", "FORMAT", "VERSION", "ARCHITECTURE", "SIZE", "DISK", "DIGEST", "USED BY"])
            for record in try store.list() {
                let users = try store.users(of: record)
                boxes.append(BoxObject(record, users: users))
                table.add([
                    record.name, record.format.rawValue, record.version ?? "", record.architecture ?? "",
                    record.image.size.description, record.image.virtualSize?.description ?? "",
                    String(record.digest.prefix(19)), Phrase.list(users, limit: 3),
                ])
            }
            if output.json {
                context.console.answer(try JSONText.document(BoxListDocument(boxes: boxes)))
            } else if boxes.isEmpty {
                context.console.answer("There are no boxes yet. `devenv box build debian/12` makes one.\n")
            } else {
                context.console.answer(table.render(context.console.answers.style))
            }
            return .done
        }
    }
}

/// The answer of `box list --json`.
private struct BoxListDocument: Encodable {
    let schema = JSONText.schema
    let boxes: [BoxObject]

    private enum CodingKeys: String, CodingKey { case schema, boxes }
}
