import ArgumentParser
import DevenvBoxes
import DevenvCatalogs
import DevenvEngine
import DevenvModel
import DevenvPluginAPI

extension Devenv.Box {
    /// `devenv box outdated`.
    struct Outdated: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "outdated",
            abstract: "Show of which boxes the catalogs have a higher version.",
            usage: "devenv box outdated [<options>]",
            discussion: "Looks into the catalogs that the boxes of this host came from. Changes nothing.")

        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let components = context.makeComponents()
            let found = try await components.supply.freshness(of: try await components.boxes.fromCatalogs())
            if output.json {
                context.console.answer(try JSONText.document(OutdatedDocument(boxes: found.map(FreshnessObject.init))))
            } else {
                context.console.answer(text(found, context))
            }
            for box in found {
                guard case .unknown(let error) = box.state, !output.json else { continue }
                context.console.say(
                    "\(context.console.messages.style.paint("warning", .notable)): \(error.description)\n")
            }
            return found.contains(where: \.isUnknown) ? .failed : .done
        }

        private func text(_ found: [Freshness], _ context: CommandContext) -> String {
            guard !found.isEmpty else { return "No box of this host came from a catalog.\n" }
            let outdated = found.filter { if case .current = $0.state { false } else { true } }
            guard !outdated.isEmpty else { return "\(Phrase.count(found.count, "box is", "boxes are")) up to date.\n" }
            var table = Table(["BOX", "FORMAT", "HERE", "CATALOG"])
            for box in outdated {
                table.add([
                    box.installed.name, box.installed.format.rawValue, box.installed.version?.text ?? "", box.word,
                ])
            }
            return table.render(context.console.answers.style)
        }
    }
}

extension Freshness {
    fileprivate var isUnknown: Bool { if case .unknown = state { true } else { false } }

    fileprivate var word: String {
        switch state {
        case .current: "up to date"
        case .outdated(let version): version.text
        case .gone: "not there any more"
        case .unknown: "could not be read"
        }
    }
}

/// The answer of `box outdated --json`.
private struct OutdatedDocument: Encodable {
    let schema = JSONText.schema
    let boxes: [FreshnessObject]

    private enum CodingKeys: String, CodingKey { case schema, boxes }
}

/// How a box stands.
private struct FreshnessObject: Encodable {
    let name: String
    let format: String
    let architecture: String?
    let version: String?
    let state: String
    let newest: String?
    let message: String?

    init(_ box: Freshness) {
        name = box.installed.name
        format = box.installed.format.rawValue
        architecture = box.installed.architecture
        version = box.installed.version?.text
        switch box.state {
        case .current: (state, newest, message) = ("current", version, nil)
        case .outdated(let version): (state, newest, message) = ("outdated", version.text, nil)
        case .gone: (state, newest, message) = ("gone", nil, nil)
        case .unknown(let error): (state, newest, message) = ("unknown", nil, error.description)
        }
    }
}
