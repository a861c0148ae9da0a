package import DevenvEngine
package import DevenvHost
package import SystemPackage

/// What a command gets from outside.
package struct CommandContext: Sendable {
    /// Makes the engine's components, when a command needs them.
    package typealias Composition = @Sendable (HostDirectories, [String: String]) -> EngineComponents

    /// The environment of the process.
    package let environment: [String: String]
    /// The working directory.
    package let workingDirectory: FilePath
    /// The command line, for whoever finds one of our locks.
    package let commandLine: String
    /// The streams.
    package let console: Console
    /// Tells when the user has interrupted the command.
    package let interruption: Interruption
    private let composition: Composition

    /// Joins them.
    package init(
        environment: [String: String], workingDirectory: FilePath, commandLine: String, console: Console,
        interruption: Interruption, composition: @escaping Composition
    ) {
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.commandLine = commandLine
        self.console = console
        self.interruption = interruption
        self.composition = composition
    }

    /// The directories of this host.
    package var host: HostDirectories { HostDirectories(environment: environment) }

    /// What the engine works with. Made anew each time: commands ask once.
    package func makeComponents() -> EngineComponents { composition(host, environment) }

    /// A path as the user meant it, seen from the working directory.
    package func absolute(_ path: String) -> FilePath { workingDirectory.pushing(FilePath(path)).lexicallyNormalized() }
}
