package import DevenvDiagnostics
package import DevenvModel
package import SystemPackage

/// A machine of the project, as its neighbours may know it.
package struct ProvisionedMachine: Hashable, Sendable {
    /// Its name.
    package let name: MachineName
    /// Its groups.
    package let groups: [String]

    /// Describes one.
    package init(name: MachineName, groups: [String]) {
        self.name = name
        self.groups = groups
    }
}

/// What a provisioner may know of the project.
package struct ProvisionerProject: Sendable {
    /// The directory of the Envfile; relative paths start from it.
    package let directory: FilePath
    /// The names of the secrets that the Envfile declares.
    package let secretNames: Set<String>
    /// All its machines, in the order of the Envfile.
    package let machines: [ProvisionedMachine]

    /// Makes it.
    package init(directory: FilePath, secretNames: Set<String>, machines: [ProvisionedMachine] = []) {
        self.directory = directory
        self.secretNames = secretNames
        self.machines = machines
    }
}

/// What a run of a provisioner rests on, part by part, so that a plan can say which of them changed.
package struct ProvisionerFingerprint: Hashable, Sendable, Codable {
    /// Each part by the name that people know it by (`script scripts/deps.sh`, `arguments`, `environment`) with its digest.
    /// A secret's value is never part of it, only its name.
    package let parts: [String: String]

    /// Makes a fingerprint.
    package init(parts: [String: String]) { self.parts = parts }
}

/// What a provisioner is given for one run.
package struct ProvisionerContext: Sendable {
    /// The project.
    package let project: ProvisionerProject
    /// The machine.
    package let machine: MachineName
    /// The values of the secrets that `secrets(usedBy:)` named.
    package let secrets: [String: Redacted]
    /// Receives the output of what it runs, with its secrets in it; nobody gets to see these.
    package let output: OutputHandler
    /// Asks how to log in to each machine of the project that runs now.
    package let endpoints: @Sendable () async throws(ProvisionerError) -> [MachineName: SSHEndpoint]

    /// Makes a context.
    package init(
        project: ProvisionerProject, machine: MachineName, secrets: [String: Redacted],
        endpoints: @escaping @Sendable () async throws(ProvisionerError) -> [MachineName: SSHEndpoint] = { [:] },
        output: @escaping OutputHandler
    ) {
        self.endpoints = endpoints
        self.project = project
        self.machine = machine
        self.secrets = secrets
        self.output = output
    }
}

/// Why a provisioner failed.
package struct ProvisionerError: Error, Sendable, CustomStringConvertible {
    /// What was attempted, on what, and why it failed; lower case, without a full stop. Never holds a secret.
    package let message: String
    /// What to do about it.
    package let help: String?
    /// The exit status of what it ran in the machine, where there is one.
    package let exitStatus: Int?
    /// Whether the command was interrupted.
    package let isCancellation: Bool

    /// Makes an error.
    package init(_ message: String, help: String? = nil, exitStatus: Int? = nil, isCancellation: Bool = false) {
        self.message = message
        self.help = help
        self.exitStatus = exitStatus
        self.isCancellation = isCancellation
    }

    /// The message and the help on one line.
    package var description: String { help.map { "\(message); \($0)" } ?? message }
}

/// Brings a machine into a described condition, over a communicator.
package protocol Provisioner: Sendable {
    /// The key that chooses it in an item of `provision`.
    var kind: String { get }

    /// What is wrong with the options of an item: their form, and files of the project that are missing.
    func validate(_ item: ProvisionerSpec, in project: ProvisionerProject) -> [Diagnostic]

    /// The names of the secrets that an item uses.
    func secrets(usedBy item: ProvisionerSpec) -> Set<String>

    /// What a run of the item rests on now. Reads only the host.
    func fingerprint(_ item: ProvisionerSpec, in project: ProvisionerProject) async throws(ProvisionerError)
        -> ProvisionerFingerprint

    /// Carries the item out. Repeating it is up to the item; a run that is cut off leaves nothing of devenv's own behind
    /// in the machine that a later run would trip over.
    func run(_ item: ProvisionerSpec, on communicator: any Communicator, context: ProvisionerContext)
        async throws(ProvisionerError)
}
