import ArgumentParser
import DevenvBoxes
import DevenvEngine
import DevenvPluginAPI

extension Devenv.Box {
    /// `devenv box verify`.
    struct Verify: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare a box with what was added.",
            usage: "devenv box verify <name> [<options>]",
            discussion: "Exits with 1 where something differs. Changes nothing.")
        private static let listed = 20

        @Argument(help: ArgumentHelp("The box.", valueName: "name"))
        var name: String
        @OptionGroup var only: BoxFormatOption
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let verifications = try await context.makeComponents().boxes.verify(name, format: only.format)
            let differences = verifications.flatMap(\.differences)
            if output.json {
                context.console.answer(try JSONText.document(VerifyDocument(box: name, verifications)))
            } else if !differences.isEmpty {
                context.console.answer(text(differences))
            } else if !output.quiet {
                context.console.answer("Box '\(name)' is as it was added.\n")
            }
            return differences.isEmpty ? .done : .failed
        }

        private func text(_ differences: [ImageDifference]) -> String {
            let rest = differences.count - Self.listed
            return "Box '\(name)' differs from what was added in \(Phrase.count(differences.count, "place")):\n"
                + differences.prefix(Self.listed).map { "  \($0)\n" }.joined()
                + (rest > 0 ? "  and \(rest) more\n" : "")
                + "Remove it with `devenv box remove \(name)` and add it again.\n"
        }
    }
}

/// The answer of `box verify --json`.
private struct VerifyDocument: Encodable {
    struct Difference: Encodable {
        let format: String
        let kind: String
        let path: String
        let details: [String]
    }

    let schema = JSONText.schema
    let box: String
    let intact: Bool
    let differences: [Difference]

    init(box: String, _ verifications: [BoxStore.Verification]) {
        self.box = box
        differences = verifications.flatMap { verification in
            verification.differences.map {
                Difference(
                    format: verification.record.format.rawValue, kind: $0.kind.rawValue, path: $0.path,
                    details: $0.details)
            }
        }
        intact = differences.isEmpty
    }

    private enum CodingKeys: String, CodingKey { case schema, box, intact, differences }
}
