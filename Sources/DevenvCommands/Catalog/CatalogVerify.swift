import ArgumentParser
import DevenvCatalogs
import DevenvEngine

extension Devenv.Catalog {
    /// `devenv catalog verify`.
    struct Verify: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Check the signatures and the files of catalogs.",
            usage: "devenv catalog verify [<location> ...] [<options>]",
            discussion: """
                Without a location it means all of yours. Files of boxes are read where they are on this host; on web servers \
                only the listings are. Exits with 1 where something is wrong. Changes nothing.
                """)

        @Argument(help: ArgumentHelp("The catalogs.", valueName: "location"), completion: .directory)
        var locations: [String] = []
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let supply = context.makeComponents().supply
            let named = try locations.map { CatalogSource(try CatalogLocation($0, base: context.workingDirectory)) }
            var results: [Result] = []
            for source in locations.isEmpty ? try supply.user.list() : named {
                results.append(try await verify(source, supply))
            }
            if output.json {
                context.console.answer(try JSONText.document(VerifyDocument(catalogs: results)))
            } else if results.isEmpty {
                context.console.answer("You have no catalogs. 'devenv catalog add LOCATION' adds one.\n")
            } else {
                context.console.answer(results.map(text).joined())
            }
            return results.allSatisfy(\.problems.isEmpty) ? .done : .failed
        }

        private func verify(_ source: CatalogSource, _ supply: BoxSupply) async throws -> Result {
            do throws(CatalogError) {
                let catalog = try await supply.library.open(source)
                return Result(source, catalog, try await supply.library.verify(catalog))
            } catch {
                if error.code == .cancelled { throw error }
                return Result(source, nil, [error.description])
            }
        }

        private func text(_ result: Result) -> String {
            guard result.problems.isEmpty else {
                return result.problems.map { SafeText.clean("\(result.location): \($0)") + "\n" }.joined()
            }
            let signed = result.fingerprint.map { ", signed with \($0)" } ?? ", not signed"
            return
                "\(result.location): all as it must be: \(Phrase.count(result.boxes ?? 0, "box", "boxes"))\(signed)\n"
        }
    }
}

/// What was found in one catalog.
private struct Result: Encodable {
    let location: String
    let fingerprint: String?
    let boxes: Int?
    let problems: [String]

    init(_ source: CatalogSource, _ catalog: Catalog?, _ problems: [String]) {
        location = source.location.description
        fingerprint = catalog?.key?.fingerprint
        boxes = catalog?.names.count
        self.problems = problems
    }
}

/// The answer of `catalog verify --json`.
private struct VerifyDocument: Encodable {
    let schema = JSONText.schema
    let catalogs: [Result]

    private enum CodingKeys: String, CodingKey { case schema, catalogs }
}
