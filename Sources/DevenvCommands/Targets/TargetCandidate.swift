import DevenvDiagnostics
package import DevenvModel

/// A machine that a target may mean.
package struct TargetCandidate: Hashable, Sendable {
    /// Its name.
    package let name: MachineName
    /// The name that it has in the Envfile without its number.
    package let family: String
    /// Its groups.
    package let groups: [String]
    /// Whether it is meant where no target is given.
    package let isDefault: Bool
    /// Whether commands for a single machine mean it.
    package let isPrimary: Bool

    /// A machine of the Envfile.
    package init(_ machine: MachineSpec) {
        name = machine.name.value
        family = machine.family
        groups = machine.groups
        isDefault = machine.autostart
        isPrimary = machine.isPrimary
    }

    /// A machine that only the records know.
    package init(recorded name: MachineName) {
        self.name = name
        family = name.rawValue
        groups = []
        isDefault = true
        isPrimary = false
    }
}
