import ArgumentParser
import DevenvBoxes
import DevenvEngine
import DevenvPluginAPI

extension Devenv.Box {
    /// `devenv box verify`.
    struct Verify: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Compare boxes with what was added.",
            usage: "devenv box verify [<name> ...] [<options>]",
            discussion: "All of them where none is named. Exits with 1 where something differs. Changes nothing.")
        private static let listed = 20

        @Argument(help: ArgumentHelp("The boxes.", valueName: "name"), completion: .boxes)
        var names: [String] = []
        @OptionGroup var only: BoxFilterOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let components = context.makeComponents()
            try await components.enterForTrees()
            let store = components.boxes
            var verifications: [BoxStore.Verification] = []
            if names.isEmpty { verifications = try await store.verifyAll(only.filter) }
            for name in names { verifications += try await store.verify(name, only.filter) }
            let damaged = verifications.filter { !$0.differences.isEmpty }
            if output.json {
                context.console.answer(try JSONText.document(VerifyDocument(verifications)))
            } else if !damaged.isEmpty {
                context.console.answer(damaged.map(text).joined())
            } else if !output.quiet {
                context.console.answer(praise(verifications))
            }
            return damaged.isEmpty ? .done : .failed
        }

        private func praise(_ verifications: [BoxStore.Verification]) -> String {
            let names = Set(verifications.map(\.name)).sorted()
            switch names.count {
            case 0: return "There are no boxes yet.\n"
            case 1: return "Box '\(names[0])' is as it was added.\n"
            default: return "\(names.count) boxes are as they were added.\n"
            }
        }

        private func text(_ verification: BoxStore.Verification) -> String {
            let differences = verification.differences
            let rest = differences.count - Self.listed
            let box = [verification.name, verification.version].compactMap { $0 }.joined(separator: " ")
            return "Box '\(box)' (\(verification.format.noun)) differs from what was added in "
                + "\(Phrase.count(differences.count, "place")):\n"
                + differences.prefix(Self.listed).map { "  \($0)\n" }.joined()
                + (rest > 0 ? "  and \(rest) more\n" : "")
                + "Add it again with 'devenv box add SOURCE --name \(verification.name) --force'.\n"
        }
    }
}

/// The answer of `box verify --json`.
private struct VerifyDocument: Encodable {
    struct Box: Encodable {
        let name: String
        let format: String
        let version: String?
        let architecture: String?
        let intact: Bool
        let differences: [Difference]
    }

    struct Difference: Encodable {
        let kind: String
        let path: String
        let details: [String]
    }

    let schema = JSONText.schema
    let intact: Bool
    let boxes: [Box]

    init(_ verifications: [BoxStore.Verification]) {
        intact = verifications.allSatisfy(\.differences.isEmpty)
        boxes = verifications.map { verification in
            Box(
                name: verification.name, format: verification.format.rawValue, version: verification.version,
                architecture: verification.architecture, intact: verification.differences.isEmpty,
                differences: verification.differences.map {
                    Difference(kind: $0.kind.rawValue, path: $0.path, details: $0.details)
                })
        }
    }

    private enum CodingKeys: String, CodingKey { case schema, intact, boxes }
}
