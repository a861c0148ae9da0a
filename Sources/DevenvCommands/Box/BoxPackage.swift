import ArgumentParser
import DevenvEngine
import DevenvModel

extension Devenv.Box {
    /// `devenv box package`.
    struct Package: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "package",
            abstract: "Make a box of a machine.",
            usage: "devenv box package [<target>] [--as <name>] [<options>]",
            discussion: """
                What the machine's disks hold becomes a box in the store, all of it in one piece. The machine has to be \
                stopped, and stays as it is. Left out is what is the machine's own: host keys, its id, whom it lets in, \
                logs, shells' histories, what is synced into it; it is looked whether that is gone. What else it was told, \
                such as passwords in settings, is in the box. With `--snapshot` it is made of what a container's files were \
                when that was saved, and new machines start from there.
                """)
        static let speaksInLines = true

        @OptionGroup var target: SingleTargetOptions
        @Option(
            name: .customLong("as"),
            help: ArgumentHelp("What the box is called (default: PROJECT/MACHINE).", valueName: "name"))
        var newName: String?
        @Option(
            name: .customLong("box-version"),
            help: ArgumentHelp("The box's version, such as 1.0.", valueName: "version"))
        var boxVersion: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Make it of this snapshot of a container, which may run meanwhile.", valueName: "name"),
            completion: .snapshots)
        var snapshot: String?
        @Flag(name: .long, help: "Stop the machine first, if it runs; it is not started again.")
        var stop = false
        @Flag(
            name: .customLong("keep-identity"), help: "Take nothing out: the box then has the machine's keys and logs.")
        var keepsIdentity = false
        @Flag(name: .long, help: "Replace a box of this name and version.")
        var force = false
        @OptionGroup(title: "Execution") var execution: ExecutionOptions
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            // a snapshot is at rest, whatever the machine does
            if snapshot != nil, stop { throw ValidationError("'--snapshot' and '--stop' exclude each other") }
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            let saved = try snapshot.map { text throws(CommandFailure) in try SnapshotNameOption.name(text) }
            let targets = target.target.map { [$0] } ?? []
            let session = try await ProjectSession.open(context, location, output, targets: targets, recorded: true)
            let machine = try session.one(target.target, in: session.graphIfValid())
            let operation = try await session.engine.preparePackage(
                machine, as: newName, version: boxVersion, isReplacing: force, keepsIdentity: keepsIdentity,
                isStopping: stop, snapshot: saved)
            return try await ActionRun(context: context, session: session, output: output, execution: execution)
                .carryOut(operation)
        }
    }
}
