import ArgumentParser

extension Devenv {
    /// `devenv box`.
    struct Box: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "box",
            abstract: "Manage the boxes that machines start from.",
            subcommands: [
                Build.self, Package.self, Add.self, List.self, Outdated.self, Update.self, Publish.self, Verify.self,
                Remove.self,
                Prune.self,
                Clean.self,
            ])
    }
}
