package import DevenvModel
package import DevenvPluginAPI

/// What a machine should be, with everything decided that planning needs to compare.
package struct DesiredMachine: Sendable {
    /// The machine as its Envfile has it.
    package var spec: MachineSpec
    /// The provider that has it or will have it.
    package var provider: ProviderName
    /// What that provider can do.
    package var features: ProviderFeatures
    /// The properties that it should have.
    package var settings: [MachineSetting]
    /// Its box as people know it; nil where nothing tells it.
    package var boxTitle: BoxTitle?
    /// What its provider does to it each time that it has answered after a start, a clause each.
    package var tasksOnceReachable: [String] = []
    /// What each folder is now: target, then fingerprint.
    package var folders: [String: String]
    /// What each provisioner rests on now, by name.
    package var provisioners: [String: ProvisionerFingerprint]
    /// The box that has to be got before it can be made; nil where it is there.
    package var need: BoxNeed?

    /// Describes a machine.
    package init(
        spec: MachineSpec, provider: ProviderName, features: ProviderFeatures, settings: [MachineSetting],
        folders: [String: String] = [:], provisioners: [String: ProvisionerFingerprint] = [:]
    ) {
        self.spec = spec
        self.provider = provider
        self.features = features
        self.settings = settings
        self.folders = folders
        self.provisioners = provisioners
    }
}

/// Which provisioners an `up` runs.
package enum Provisioning: Hashable, Sendable {
    /// None.
    case none
    /// Those that are due by their `run` policy.
    case due
    /// These, whatever their policy; named by name or kind, those of policy `never` only by name.
    case named(Set<String>)
    /// All but those of policy `never`.
    case all
}

/// The wishes of an `up`.
package struct UpOptions: Hashable, Sendable {
    /// The provider for machines that are not made yet, whatever the Envfile prefers.
    package var provider: ProviderName?
    /// Which provisioners run.
    package var provisioning: Provisioning
    /// Whether machines may be destroyed and made again where a change needs it.
    package var recreate: Bool
    /// Whether the lock file may not be changed.
    package var locked = false

    /// Makes options.
    package init(provider: ProviderName? = nil, provisioning: Provisioning = .due, recreate: Bool = false) {
        self.provider = provider
        self.provisioning = provisioning
        self.recreate = recreate
    }
}
