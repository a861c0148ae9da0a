import ArgumentParser
import DevenvHost
import DevenvModel
import Glibc

extension Devenv {
    /// `devenv ssh`.
    struct SSH: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "ssh", abstract: "Log in to a machine, or run a command in it.",
            usage: "devenv ssh [<target>] [<options>] [-- <argument for ssh> ...]",
            discussion: """
                Becomes the system's ssh, with the machine's own key and its host key enforced. With -c it returns the \
                status of the command; standard input and output are passed on as they are, without that program where nothing \
                of it is needed.
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
            if let command, isPlain(command, graph?[name]?.ssh) {
                return try await session.run(command, in: name, context)
            }
            let options = try await session.sshOptions(of: name, in: graph)
            guard let program = ExecutableSearch.find("ssh", path: context.environment["PATH"]) else {
                throw CommandFailure.failed("'ssh' is not installed", help: "run 'apt-get install openssh-client'")
            }
            let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
            let arguments = SSHArguments.make(
                options, command.map { .command($0, terminal: isTerminal) } ?? .shell, further: further)
            try ProcessReplacement.become(program, arguments, environment: context.environment)
        }

        /// Whether a command needs nothing of the system's ssh: no terminal, no agent, no settings of the user's own. A connection of
        /// devenv's own takes no longer texts.
        private func isPlain(_ command: String, _ settings: SSHSettings?) -> Bool {
            further.isEmpty && isatty(STDIN_FILENO) == 0 && command.utf8.count < 30_000
                && settings?.config == nil && settings?.forwardAgent != true
        }
    }
}
