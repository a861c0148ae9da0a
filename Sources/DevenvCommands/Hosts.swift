import ArgumentParser
import DevenvEngine
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

extension Devenv {
    /// `devenv hosts`.
    struct Hosts: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "hosts", abstract: "Print lines for hosts(5) that name running machines.",
            usage: "devenv hosts [<target> ...] [--write | --remove] [--in <file>] [<options>]",
            discussion: """
                Without a target it means each machine that runs. Nothing of this host changes unless '--write' says so: it puts \
                the lines into a block of their own, in place of those that it has put there before; '--remove' takes the \
                block out and leaves the file as it was.
                """)

        @OptionGroup var targets: TargetOptions
        @Flag(name: .long, help: "Put the lines into this host's file, in place of earlier ones.")
        var write = false
        @Flag(name: .long, help: "Take the project's lines out of this host's file.")
        var remove = false
        @Option(
            name: .customLong("in"), help: ArgumentHelp("Change this file, not /etc/hosts.", valueName: "file"),
            completion: .file())
        var file: String?
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            if write, remove { throw ValidationError("'--write' and '--remove' exclude each other") }
            if remove, !targets.targets.isEmpty { throw ValidationError("'--remove' is for all lines of the project") }
            if file != nil, !write, !remove { throw ValidationError("'--in' goes with '--write' or '--remove'") }
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await ProjectSession.open(
                context, location, output, targets: targets.targets, recorded: true)
            let lines = remove ? [] : try await lines(session)
            warn(of: lines.filter { !$0.isReachable }.map(\.machine), session)
            var change: HostsDocument.Change?
            if write || remove {
                let file = HostsFile(path: context.absolute(self.file ?? "/etc/hosts"))
                let isChanged = try await file.put(
                    lines.flatMap(\.texts), of: session.place.directory, context.host, command: context.commandLine)
                change = HostsDocument.Change(file: file.path.string, isChanged: isChanged)
            }
            if output.json {
                context.console.answer(try JSONText.document(HostsDocument(lines, change)))
            } else if let change {
                if !output.quiet { context.console.say(change.sentence) }
            } else {
                context.console.answer(lines.flatMap(\.texts).map { $0 + "\n" }.joined())
            }
            return .done
        }

        private func lines(_ session: ProjectSession) async throws -> [HostsLine] {
            let graph = try session.graphIfValid()
            let wanted = Set(try session.known(targets.targets, in: graph))
            let project = try session.store.project()?.name
            return try await session.engine.status(graph, of: wanted).compactMap { status in
                guard status.observation.state == .running, let address = status.observation.address else { return nil }
                var isReachable = true
                if case .program = status.observation.access { isReachable = false }
                return HostsLine(
                    status.name, address, isReachable: isReachable, graph?[status.name], project: project)
            }
        }

        /// A name that leads nowhere is worse than none.
        private func warn(of machines: [MachineName], _ session: ProjectSession) {
            guard !machines.isEmpty else { return }
            let names = machines.map { "'\($0)'" }.joined(separator: ", ")
            session.warn(
                "this host has no way to the addresses of \(names), which are left out: reach what runs there by 'forward', and"
                    + " the machines themselves by 'devenv ssh' or what 'devenv ssh-config' prints")
        }
    }
}
