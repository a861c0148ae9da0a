import ArgumentParser
import DevenvHost
import Glibc

extension Devenv {
    /// `devenv ssh`.
    struct SSH: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "ssh", abstract: "Log in to a machine, or run a command in it.",
            usage: "devenv ssh [<target>] [<options>] [-- <argument for ssh> ...]",
            discussion: """
                Becomes the system's ssh, with the machine's own key and its host key enforced. With -c it returns the \
                status of the command; standard input and output are passed on as they are.
                """)

        @OptionGroup var target: SingleTargetOptions
        @Option(
            name: [.customShort("c"), .long], help: ArgumentHelp("Run this instead of a shell.", valueName: "command"))
        var command: String?
        @Argument(
            parsing: .postTerminator, help: ArgumentHelp("More arguments for ssh, after `--`.", valueName: "argument"))
        var further: [String] = []
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var speech: SpeechOptions

        /// What is written is ssh's: it has no other form for programs.
        var output: OutputOptions { OutputOptions(speech) }

        func run(in context: CommandContext) async throws -> ExitStatus {
            let (session, graph, name) = try await ProjectSession.openForOne(
                context, location, output, target: target.target)
            let options = try await session.sshOptions(of: name, in: graph)
            guard let program = ExecutableSearch.find("ssh", path: context.environment["PATH"]) else {
                throw CommandFailure.failed("'ssh' is not installed", help: "run 'apt-get install openssh-client'")
            }
            let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
            let arguments = SSHArguments.make(
                options, command.map { .command($0, terminal: isTerminal) } ?? .shell, further: further)
            try ProcessReplacement.become(program, arguments, environment: context.environment)
        }
    }
}
