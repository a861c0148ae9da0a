package import DevenvModel

/// Who a machine is, wherever it is spoken of: every object that a provider makes is marked with it.
package struct MachineIdentity: Hashable, Sendable, Codable {
    /// The project's id.
    package let project: ProjectID
    /// The machine's id; a machine that is destroyed and made again gets a new one.
    package let machine: MachineID
    /// The project's name, for people.
    package let projectName: ProjectName
    /// The machine's name, unique within the project.
    package let name: MachineName

    /// Makes an identity.
    package init(project: ProjectID, machine: MachineID, projectName: ProjectName, name: MachineName) {
        self.project = project
        self.machine = machine
        self.projectName = projectName
        self.name = name
    }
}

/// What a provider wants to find again about a machine; nobody else reads it. It is a cache: a provider must manage
/// without it, as a crash may come between an effect and its record.
package typealias ProviderRecord = [String: String]

/// A machine that was made, or whose making was begun.
package struct RecordedMachine: Hashable, Sendable {
    /// Who it is.
    package let identity: MachineIdentity
    /// What the provider returned last.
    package let record: ProviderRecord

    /// Makes a record.
    package init(identity: MachineIdentity, record: ProviderRecord = [:]) {
        self.identity = identity
        self.record = record
    }
}
