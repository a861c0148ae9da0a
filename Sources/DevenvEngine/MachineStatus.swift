package import DevenvModel
package import DevenvPluginAPI

/// What is known of a machine: what was intended, from the records, and what is real, from its provider.
package struct MachineStatus: Sendable {
    /// Its name.
    package var name: MachineName
    /// What the provider sees; `.absent` for a machine that was never made.
    package var observation: MachineObservation
    /// Its provider, nil where it was never made.
    package var provider: ProviderName?
    /// The box that it was made from, nil where it was never made.
    package var box: String?
    /// Its addresses by network.
    package var addresses: [String: IPv4Address]
    /// The host's ports that lead into it, while it runs.
    package var forwards: [PortForward]
    /// Provisioners whose last run failed.
    package var failedProvisioners: [String]
    /// Whether the Envfile still has it; false for one that was taken out, which only `destroy` removes.
    package var isDeclared: Bool

    /// Makes a status.
    package init(
        name: MachineName, observation: MachineObservation, provider: ProviderName? = nil, box: String? = nil,
        addresses: [String: IPv4Address] = [:], forwards: [PortForward] = [], failedProvisioners: [String] = [],
        isDeclared: Bool = true
    ) {
        self.name = name
        self.observation = observation
        self.provider = provider
        self.box = box
        self.addresses = addresses
        self.forwards = forwards
        self.failedProvisioners = failedProvisioners
        self.isDeclared = isDeclared
    }
}
