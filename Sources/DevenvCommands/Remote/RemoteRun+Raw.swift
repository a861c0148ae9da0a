import DevenvEngine
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension RemoteRun {
    /// What this command itself reads.
    static func ownInput() throws -> RemoteInput {
        // whoever started it may keep its end open; the command's own end is then noticed so much later
        let reader = try PipeReader(.standardInput, patience: .milliseconds(5))
        return .chunks { try await reader.next() }
    }
}

extension ProjectSession {
    /// Runs a command in a machine over a connection of devenv's own, which stands sooner than that of a program that has to be
    /// started first. What it reads and writes is passed on byte for byte.
    func run(_ command: String, in machine: MachineName, _ context: CommandContext) async throws -> ExitStatus {
        let endpoint = try await engine.endpoint(of: machine)
        let target = RemoteRun.Machine(name: machine, communicator: engine.communicator(for: endpoint))
        let view = RawRemoteView(context.console)
        let run = RemoteRun(command: command, input: try RemoteRun.ownInput(), width: 1)
        let results = await run.run([target], view)
        guard !context.interruption.isRequested else { return .interrupted }
        let status = RemoteRun.status(of: results)
        view.end(results, status, isQuiet: true)
        return status
    }
}
