import ArgumentParser

extension Devenv {
    /// `devenv box`.
    struct Box: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Manage the boxes that machines start from.",
            subcommands: [
                Build.self, Add.self, List.self, Outdated.self, Update.self, Publish.self, Verify.self, Remove.self,
                Prune.self,
                Clean.self,
            ])
    }
}
