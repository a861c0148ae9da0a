import ArgumentParser
import DevenvGuest
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension Devenv {
    /// `devenv ssh-config`.
    struct SSHConfig: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "ssh-config", abstract: "Print blocks for ssh_config(5) that reach running machines.",
            usage: "devenv ssh-config [<target> ...] [<options>]",
            discussion: "Without a target it prints a block for each machine that runs.")

        @OptionGroup var targets: TargetOptions
        @Option(name: .long, help: ArgumentHelp("Call the machine by this name instead of its own.", valueName: "name"))
        var host: String?
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await ProjectSession.open(
                context, location, output, targets: targets.targets, recorded: true)
            let graph = try session.graphIfValid()
            let names = try await session.running(targets.targets, in: graph)
            guard host == nil || names.count == 1 else {
                throw CommandFailure.usage(
                    "--host is for one machine, not for \(names.count)", help: "name one machine")
            }
            var blocks: [(name: MachineName, options: SSHClientOptions)] = []
            for name in names { blocks.append((name, try await session.sshOptions(of: name, in: graph))) }
            if output.json {
                let objects = blocks.map { SSHObject(host ?? $0.name.rawValue, $0.options) }
                context.console.answer(try JSONText.document(SSHDocument(hosts: objects)))
            } else {
                let texts = blocks.map { SSHConfigBlock.render(host ?? $0.name.rawValue, $0.options) }
                context.console.answer(texts.joined(separator: "\n"))
            }
            return .done
        }
    }
}

/// The answer of `ssh-config --json`.
private struct SSHDocument: Encodable {
    let schema = JSONText.schema
    let hosts: [SSHObject]

    private enum CodingKeys: String, CodingKey { case schema, hosts }
}

/// How to log in to a machine.
private struct SSHObject: Encodable {
    let name: String
    let host: String
    let port: Int
    let user: String
    let identityFile: String
    let knownHostsFile: String
    let hostKeyAlias: String
    let proxyCommand: String?

    init(_ name: String, _ options: SSHClientOptions) {
        self.name = name
        host = options.endpoint.host
        port = Int(options.endpoint.port)
        user = options.endpoint.user
        identityFile = options.endpoint.identityFile.string
        knownHostsFile = options.endpoint.knownHostsFile.string
        hostKeyAlias = options.endpoint.hostKeyAlias
        proxyCommand = options.endpoint.proxy.map(ShellWord.proxyCommand)
    }
}
