import ArgumentParser
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState

extension Devenv.Snapshot {
    /// `devenv snapshot list`.
    struct List: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show the snapshots of machines, oldest first.",
            usage: "devenv snapshot list [<target> ...] [<options>]",
            discussion: "Without a target it shows those of every machine of the project. Changes nothing.")

        @OptionGroup var targets: TargetOptions
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await ProjectSession.open(
                context, location, output, targets: targets.targets, recorded: true)
            let names = try session.known(targets.targets, in: session.graphIfValid())
            let rows = try await session.engine.snapshots(of: names)
                .flatMap { list in list.snapshots.map { SnapshotObject(list.machine, $0) } }
            if output.json {
                context.console.answer(try JSONText.document(SnapshotListDocument(snapshots: rows)))
            } else if rows.isEmpty {
                context.console.answer("There are no snapshots. 'devenv snapshot save NAME' saves one.\n")
            } else {
                context.console.answer(Self.table(rows).render(context.console.answers.style))
            }
            return .done
        }

        private static func table(_ rows: [SnapshotObject]) -> Table {
            var table = Table(["MACHINE", "SNAPSHOT", "CREATED", "STATE", "PARENT"])
            for row in rows {
                table.add([
                    row.machine, row.name, UTCTime.text(row.created), row.running ? "running" : "stopped",
                    row.parent ?? "",
                ])
            }
            return table
        }
    }
}

/// The answer of `snapshot list --json`.
private struct SnapshotListDocument: Encodable {
    let schema = JSONText.schema
    let snapshots: [SnapshotObject]

    private enum CodingKeys: String, CodingKey { case schema, snapshots }
}

/// A snapshot.
private struct SnapshotObject: Encodable {
    let machine: String
    let name: String
    let created: Int
    let running: Bool
    let parent: String?

    init(_ machine: MachineName, _ snapshot: MachineSnapshot) {
        self.machine = machine.rawValue
        name = snapshot.name.rawValue
        created = snapshot.created
        running = snapshot.isRunning
        parent = snapshot.parent?.rawValue
    }
}
