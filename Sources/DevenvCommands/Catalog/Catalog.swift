import ArgumentParser

extension Devenv {
    /// `devenv catalog`.
    struct Catalog: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "catalog",
            abstract: "Manage the catalogs that boxes come from.",
            subcommands: [Add.self, List.self, Verify.self, Rekey.self, Remove.self])
    }
}
