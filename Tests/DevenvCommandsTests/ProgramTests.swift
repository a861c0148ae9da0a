import DevenvBoxes
import DevenvCommands
import DevenvEngine
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

/// Command lines as a whole, without any machine.
@Suite struct ProgramTests {
    private static let envfile = "version: 1\nmachines: { db: { box: debian/12 }, web: { box: debian/12 } }\n"

    /// Runs a command line in a directory.
    private static func run(
        _ arguments: [String], in directory: TemporaryDirectory
    ) async -> (status: DevenvCommands.ExitStatus, output: String, error: String) {
        let recorder = ConsoleRecorder()
        let program = Program(
            environment: [
                "DEVENV_HOME": directory.path.appending("home").string, "DEVENV_SHARED_BOXES": "",
                "PATH": "/usr/bin:/bin",
            ],
            workingDirectory: directory.path, interruption: Interruption(), composition: components,
            makeConsole: { _, _ in recorder.console() })
        let status = await program.run(arguments)
        return (status, recorder.output, recorder.error)
    }

    @Sendable private static func components(
        _ host: HostDirectories, _ environment: [String: String]
    ) -> EngineComponents {
        EngineComponents(
            providers: [], provisioners: [], makeCommunicator: { _ in ProcessCommunicator() },
            synchronizer: NoSynchronizer(), runner: SystemToolRunner(),
            boxes: BoxStore(directories: host, runner: SystemToolRunner()), host: host, environment: environment)
    }

    @Test(arguments: [
        (["upp"], "error: there is no command 'upp'\nhelp: did you mean 'up'?\n"),
        (["up", "wbe"], "error: there is no machine 'wbe'\nhelp: did you mean 'web'?\n"),
        (["status", "shop/web"], "error: there is no project 'shop' with machines on this host\n"),
        (["plan", "a/db", "b/db"], "error: the targets are in different projects\n"),
        (["ssh"], "error: which machine? There are db and web\n"),
        (["up", "-j", "0"], "error: -j takes a number from 1 to 1000\n"),
        (["exec", "db"], "error: there is no command; write it after `--`\n"),
        (
            ["up", "--no-provision", "--provision-with", "a"],
            "error: --no-provision and --provision-with exclude each other"
        ),
    ])
    func wrongUsageExitsWith64AndChangesNothing(_ arguments: [String], _ error: String) async throws {
        try await TemporaryDirectory.with { directory in
            _ = try directory.write(Self.envfile, to: "Envfile")
            let result = await Self.run(arguments, in: directory)
            #expect(result.status == .usage)
            #expect(result.output.isEmpty)
            #expect(result.error.hasPrefix(error), "\(result.error)")
            #expect(try HostFiles.list(directory.path).filter { $0 != "home" } == ["Envfile"])
        }
    }

    @Test(arguments: [
        ["status"], ["plan"], ["validate"], ["ssh-config"], ["hosts"], ["port", "db"], ["box", "list"], ["doctor"],
    ])
    func readingCommandsChangeNothing(_ arguments: [String]) async throws {
        try await TemporaryDirectory.with { directory in
            _ = try directory.write(Self.envfile, to: "Envfile")
            _ = await Self.run(arguments, in: directory)
            #expect(try HostFiles.list(directory.path) == ["Envfile"])
        }
    }

    @Test func everyMachineIsShownBeforeItIsMade() async throws {
        try await TemporaryDirectory.with { directory in
            _ = try directory.write(Self.envfile, to: "Envfile")
            let result = await Self.run(["-C", ".", "status"], in: directory)
            #expect(result.output == "MACHINE  STATE\ndb       not created\nweb      not created\n")
            #expect(result.status == .done)
        }
    }

    @Test(arguments: ["validate", "up", "plan", "reload", "provision", "sync"])
    func anInvalidEnvfileExitsWith2AndShowsEveryProblem(_ command: String) async throws {
        try await TemporaryDirectory.with { directory in
            _ = try directory.write("version: 1\nmachines:\n  db: { cpus: -3, memry: 1GiB }\n", to: "Envfile")
            let result = await Self.run([command], in: directory)
            #expect(result.status == .invalidEnvfile)
            #expect(result.error.contains("Envfile:3:15: error: "))
            #expect(result.error.contains("did you mean 'memory'?"))
            #expect(result.error.hasSuffix("error: the Envfile has 2 errors\n"), "\(result.error)")
            #expect(!HostFiles.exists(directory.path.appending(".devenv")))
        }
    }

    @Test func failuresAreJSONWhereThatIsAskedFor() async throws {
        try await TemporaryDirectory.with { directory in
            let query = await Self.run(["status", "--json"], in: directory)
            #expect(query.output.contains("\"error\" : {"))
            let action = await Self.run(["up", "--json"], in: directory)
            #expect(action.output.hasPrefix("{\"error\":{\"code\":\"failed\",\"message\":\"there is no Envfile"))
            #expect(
                action.output.hasSuffix("\"event\":\"result\",\"exitCode\":1,\"schema\":1,\"status\":\"failed\"}\n"))
            #expect(action.status == .failed)
        }
    }

    @Test func destroyingNothingWithABrokenEnvfileSucceeds() async throws {
        try await TemporaryDirectory.with { directory in
            _ = try directory.write("machines: [", to: "Envfile")
            let result = await Self.run(["destroy", "-f"], in: directory)
            #expect(result.status == .done)
            #expect(result.error.hasSuffix("Nothing to do.\n"))
        }
    }

    @Test func initWritesOnceAndNeverAgain() async throws {
        try await TemporaryDirectory.with { directory in
            #expect(await Self.run(["init", "debian/13", "--template", "web"], in: directory).status == .done)
            let written = try directory.read("Envfile")
            #expect(written?.contains("box: \"debian/13\"") == true)
            let again = await Self.run(["init"], in: directory)
            #expect(again.status == .failed)
            #expect(again.error.contains("there is 'Envfile' already"))
            #expect(try directory.read("Envfile") == written)
        }
    }

    @Test func theVersionIsOneLine() async throws {
        try await TemporaryDirectory.with { directory in
            let result = await Self.run(["--version"], in: directory)
            #expect(result.output == Version.current + "\n")
        }
    }
}

/// No folder is synced in these tests.
struct NoSynchronizer: FolderSynchronizer {
    func fingerprint(_ folder: SyncedFolder) async throws(SyncError) -> String {
        throw SyncError("not expected")
    }

    func push(
        _ folder: SyncedFolder, to endpoint: SSHEndpoint, over communicator: any Communicator, knowing memory: String?
    ) async throws(SyncError) -> SyncResult {
        throw SyncError("not expected")
    }

    func carry(
        _ load: FileLoad, with endpoint: SSHEndpoint, over communicator: any Communicator,
        progress: @escaping @Sendable (LoadProgress) -> Void
    ) async throws(SyncError) -> SyncSummary {
        throw SyncError("not expected")
    }

    func bringBack(
        _ folder: SyncedFolder, _ order: ReturnOrder, from endpoint: SSHEndpoint, over communicator: any Communicator
    ) async throws(SyncError) -> ReturnResult {
        throw SyncError("not expected")
    }

    func comparison(
        of folder: SyncedFolder, unchangedSince moment: Duration, over communicator: any Communicator,
        knowing memory: String, fingerprint: String
    ) async throws(SyncError) -> FolderComparison {
        throw SyncError("not expected")
    }

    func reading(of folder: SyncedFolder, unchangedSince moment: Duration) async throws(SyncError) -> FolderReading {
        throw SyncError("not expected")
    }
}
