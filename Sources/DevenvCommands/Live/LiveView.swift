import DevenvEngine
import DevenvModel
import DevenvPluginAPI

/// `sync --watch`: shows what is sent until it is interrupted.
struct LiveView: Sendable {
    private let context: CommandContext
    private let output: OutputOptions

    init(_ context: CommandContext, _ output: OutputOptions) {
        self.context = context
        self.output = output
    }

    /// Watches. It ends only by an interruption or a failure, which is thrown.
    func watch(_ graph: MachineGraph, _ machines: [MachineName], _ engine: Engine) async throws -> ExitStatus {
        try await engine.watch(graph, machines) { show($0, $1, $2) }
        throw CommandFailure.interrupted
    }

    private func show(_ machine: MachineName, _ folder: SyncedFolder, _ event: LiveEvent) {
        if output.json {
            // texts and numbers can always be encoded
            if let line = try? JSONText.line(LiveLine(machine, folder, event)) { context.console.answer(line) }
        } else if !output.quiet {
            context.console.say("\(machine) | \(folder.target): \(SafeText.singleLine(LiveText.text(event)))\n")
        }
    }
}
