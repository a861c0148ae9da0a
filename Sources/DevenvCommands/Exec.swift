import ArgumentParser
import DevenvEngine
import DevenvHost
import DevenvModel
import DevenvPluginAPI

extension Devenv {
    /// `devenv exec`.
    struct Exec: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "exec",
            abstract: "Run one command in machines, side by side.",
            usage: "devenv exec [<target> ...] [<options>] -- <command> [<argument> ...]",
            discussion: """
                Without a target it means every machine that runs. The words after `--` reach the command byte for byte, without a shell in between; for a shell write \
                `-- sh -c '…'`. On one machine the output is passed on as it is and the status returned; on several every \
                line has the machine's name before it, and it ends with 0 where all succeeded, with 1 where none did, with 3 \
                otherwise. The command reads nothing but with -i.
                """)
        static let speaksInLines = true

        @OptionGroup var targets: TargetOptions
        @Option(name: .customLong(CommandWords.option), help: .hidden)
        var words: [String] = []
        @Flag(name: .long, help: "Show the whole output of one machine after that of another, in the machines' order.")
        var group = false
        @Flag(name: [.customShort("i"), .long], help: "Pass standard input on to the command, on one machine.")
        var interactive = false
        @OptionGroup(title: "Execution") var execution: WidthOptions
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            if words.isEmpty { throw ValidationError("there is no command; write it after `--`") }
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await ProjectSession.open(
                context, location, output, targets: targets.targets, recorded: true)
            let graph = try session.graphIfValid()
            let names = try await session.running(targets.targets, in: graph)
            let input = try makeInput(for: names)
            // Nothing begins before every machine is known to be there.
            var machines: [RemoteRun.Machine] = []
            for name in names {
                let endpoint = try await session.engine.endpoint(of: name)
                machines.append(RemoteRun.Machine(name: name, communicator: session.engine.communicator(for: endpoint)))
            }
            let view = makeView(names, context.console)
            let command = CommandWords.words(of: words).map(ShellWord.quote).joined(separator: " ")
            let results = await RemoteRun(command: command, input: input, width: execution.jobs).run(machines, view)
            let status = context.interruption.isRequested ? ExitStatus.interrupted : RemoteRun.status(of: results)
            view.end(results, status, isQuiet: output.quiet)
            return status
        }

        private func makeView(_ names: [MachineName], _ console: Console) -> any RemoteView {
            if names.count == 1 { return output.json ? JSONRemoteView(console) : RawRemoteView(console) }
            if group {
                let view: any RemoteView = output.json ? JSONRemoteView(console) : HeadedRemoteView(console)
                return GroupedRemoteView(view, names)
            }
            return output.json ? JSONRemoteView(console) : PrefixedRemoteView(console, names)
        }

        /// What the command reads. Several machines can't share one input: each would get some of it.
        private func makeInput(for names: [MachineName]) throws -> RemoteInput {
            guard interactive else { return .none }
            guard names.count == 1 else {
                let list = Phrase.list(names.map(\.rawValue))
                throw CommandFailure.usage("'-i' is for one machine, and these are \(list)", help: "name one of them")
            }
            return try RemoteRun.ownInput()
        }
    }
}
