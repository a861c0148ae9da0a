import DevenvDiagnostics
import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import Synchronization
import SystemPackage

/// A project whose items run on this host as they would in a machine, with what they say kept.
package struct HostedProject: Sendable {
    /// Its directory.
    package let directory: TemporaryDirectory
    private let environment: [String: String]
    private let secrets: [String: String]

    /// Makes one; programs that items run get this environment.
    package init(
        in directory: TemporaryDirectory, environment: [String: String] = [:], secrets: [String: String] = [:]
    ) throws {
        self.directory = directory
        try HostFiles.makeDirectory(directory.path.appending("tmp"))
        self.environment = environment.merging(["TMPDIR": directory.path.appending("tmp").string]) { own, _ in own }
        self.secrets = secrets
    }

    /// What a provisioner may know of it.
    package var project: ProvisionerProject {
        ProvisionerProject(
            directory: directory.path, secretNames: Set(secrets.keys),
            machines: [ProvisionedMachine(name: MachineName(unchecked: "web"), groups: ["front"])])
    }

    /// Writes a file, in directories that are made.
    package func write(_ text: String, to name: String) throws {
        let path = directory.path.pushing(FilePath(name))
        try HostFiles.makeDirectory(path.removingLastComponent())
        try AtomicFile.write(Array(text.utf8), to: path, durable: false)
    }

    /// Runs an item, and returns what it said on both outputs.
    package func run(_ item: ProvisionerSpec, by provisioner: any Provisioner) async throws -> String {
        let said = Mutex<[UInt8]>([])
        let context = ProvisionerContext(
            project: project, machine: MachineName(unchecked: "web"), secrets: secrets.mapValues { Redacted($0) }
        ) { _, bytes in said.withLock { $0 += bytes } }
        try await provisioner.run(item, on: ProcessCommunicator(environment: environment), context: context)
        return said.withLock { String(decoding: $0, as: UTF8.self) }
    }

    /// What items have left behind in the machine's place for temporary files.
    package func leftovers() throws -> [String] { try HostFiles.list(directory.path.appending("tmp")) }

    /// An item of this kind.
    package static func item(_ kind: String, _ options: OptionLiteral) -> ProvisionerSpec {
        ProvisionerSpec(name: Located("item"), kind: Located(kind), options: options.tree)
    }
}
