import ArgumentParser
import DevenvEngine
import DevenvHost
import DevenvModel

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
                line has the machine's name before it. The command reads nothing.
                """)
        static let speaksInLines = true

        @OptionGroup var targets: TargetOptions
        @Option(name: .customLong(CommandWords.option), help: .hidden)
        var words: [String] = []
        @OptionGroup(title: "Execution") var execution: WidthOptions
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            if words.isEmpty { throw ValidationError("there is no command; write it after `--`") }
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try ProjectSession.open(context, location, output, targets: targets.targets, recorded: true)
            let graph = try session.graphIfValid()
            let names = try await session.running(targets.targets, in: graph)
            // Nothing begins before every machine is known to be there.
            var machines: [RemoteRun.Machine] = []
            for name in names {
                let endpoint = try await session.engine.endpoint(of: name)
                machines.append(RemoteRun.Machine(name: name, communicator: session.engine.communicator(for: endpoint)))
            }
            let view = makeView(names, context.console)
            let command = CommandWords.words(of: words).map(ShellWord.quote).joined(separator: " ")
            let results = await RemoteRun(command: command, width: execution.jobs).run(machines, view)
            let status = context.interruption.isRequested ? ExitStatus.interrupted : RemoteRun.status(of: results)
            view.end(results, status, isQuiet: output.quiet)
            return status
        }

        private func makeView(_ names: [MachineName], _ console: Console) -> any RemoteView {
            if output.json { return JSONRemoteView(console) }
            return names.count == 1 ? RawRemoteView(console) : PrefixedRemoteView(console, names)
        }
    }
}
