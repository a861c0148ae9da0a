import DevenvBoxes
import DevenvCommands
import DevenvEngine
import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

/// Command lines as a whole, on machines that exist in memory only.
struct CommandRig {
    let directory: TemporaryDirectory
    let provider: MemoryProvider

    /// Runs the body with a project of two machines, `web` and `db`, and the box that they are made from.
    static func with(
        provider: MemoryProvider = MemoryProvider(), _ body: (CommandRig) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            let rig = CommandRig(directory: directory, provider: provider)
            try directory.write("version: 1\nmachines: { web: { box: test }, db: { box: test } }\n", to: "Envfile")
            try directory.write("", to: "box/etc/hostname")
            // in place of the machines' own: nothing of this host may be changed
            let date = "#!/bin/sh\n[ \"$2\" = -s ] || exec /bin/date \"$@\"\n"
            try directory.write(Array(date.utf8), to: "bin/date", mode: [.ownerReadWriteExecute])
            let naming = BoxStore.Naming(name: "test", user: "dev", source: "a test")
            _ = try await BoxStore(directories: rig.host, runner: SystemToolRunner())
                .add(directory.path.appending("box"), as: naming)
            try await body(rig)
        }
    }

    private var host: HostDirectories { HostDirectories(environment: environment) }
    private var environment: [String: String] {
        ["DEVENV_HOME": directory.path.appending("home").string, "DEVENV_SHARED_BOXES": "", "PATH": "/usr/bin:/bin"]
    }

    /// Runs a command line, given in words.
    func run(_ words: String...) async -> (status: DevenvCommands.ExitStatus, output: String, error: String) {
        await run(words)
    }

    /// Runs a command line, given in words.
    func run(_ words: [String]) async -> (status: DevenvCommands.ExitStatus, output: String, error: String) {
        let recorder = ConsoleRecorder()
        let communicator = ProcessCommunicator(environment: ["PATH": "\(directory.path)/bin:/usr/bin:/bin"])
        let provider = provider
        let program = Program(
            environment: environment, workingDirectory: directory.path, interruption: Interruption(),
            composition: { host, environment in
                EngineComponents(
                    providers: [provider], provisioners: [], makeCommunicator: { _ in communicator },
                    synchronizer: NoSynchronizer(), runner: SystemToolRunner(),
                    boxes: BoxStore(directories: host, runner: SystemToolRunner()), host: host,
                    environment: environment)
            }, makeConsole: { _, _ in recorder.console() })
        let status = await program.run(words)
        return (status, recorder.output, recorder.error)
    }
}
