import ArgumentParser
import DevenvEngine
import DevenvModel
import DevenvPluginAPI

extension Devenv {
    /// `devenv port`.
    struct Port: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "port",
            abstract: "Show which ports of this host lead into a machine.",
            usage: "devenv port [<target>] [<options>]")

        @OptionGroup var target: SingleTargetOptions
        @Option(
            name: .long,
            help: ArgumentHelp("Print only the host's port for this one of the machine.", valueName: "port"))
        var guest: UInt16?
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let (session, graph, name) = try await ProjectSession.openForOne(
                context, location, output, target: target.target)
            let status = try await session.engine.status(graph, of: [name]).first
            guard let status, status.observation.state == .running else {
                throw CommandFailure.failed(
                    "machine '\(name)' is not running, so no port leads into it", help: "run 'devenv up \(name)'")
            }
            context.console.answer(try text(status))
            return .done
        }

        private func text(_ status: MachineStatus) throws -> String {
            let forwards = status.forwards.filter { guest == nil || $0.guest == guest }
            if let guest, forwards.isEmpty {
                throw CommandFailure.failed(
                    "no port of this host leads to port \(guest) of machine '\(status.name)'",
                    help: "add it under 'forward' in the Envfile and run 'devenv up'")
            }
            if output.json { return try JSONText.document(PortDocument(status.name, forwards)) }
            if guest != nil { return forwards.map { "\($0.host)\n" }.joined() }
            return forwards.map { "\($0)\n" }.joined()
        }
    }
}

/// The answer of `port --json`.
private struct PortDocument: Encodable {
    let schema = JSONText.schema
    let machine: String
    let forwards: [ForwardObject]

    init(_ machine: MachineName, _ forwards: [PortForward]) {
        self.machine = machine.rawValue
        self.forwards = forwards.map(ForwardObject.init)
    }

    private enum CodingKeys: String, CodingKey { case schema, machine, forwards }
}
