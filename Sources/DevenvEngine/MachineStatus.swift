package import DevenvModel
package import DevenvPluginAPI
package import DevenvState

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
    /// The hypervisor's programs inside it; nil where nothing is known of them.
    package var guestTools: GuestTools?
    /// What becomes of the folders that are to be watched, while it runs.
    package var watchedFolders: [LiveReport.Folder] = []
    /// Provisioners whose last run failed.
    package var failedProvisioners: [String]
    /// Whether the Envfile still has it; false for one that was taken out, which only `destroy` removes.
    package var isDeclared: Bool
    /// Whether its record was damaged, and this is what a copy says.
    package var isRecovered = false

    /// Makes a status.
    package init(
        name: MachineName, observation: MachineObservation, provider: ProviderName? = nil, box: String? = nil,
        addresses: [String: IPv4Address] = [:], forwards: [PortForward] = [], guestTools: GuestTools? = nil,
        failedProvisioners: [String] = [], isDeclared: Bool = true
    ) {
        self.name = name
        self.observation = observation
        self.provider = provider
        self.box = box
        self.addresses = addresses
        self.forwards = forwards
        self.guestTools = guestTools
        self.failedProvisioners = failedProvisioners
        self.isDeclared = isDeclared
    }
}

extension MachineStatus {
    /// What is known of a machine that was made; nil where its provider did not answer.
    init(_ record: MachineRecord, _ observation: MachineObservation?) {
        let observation = observation ?? MachineObservation(.unknown("its provider did not answer"))
        self.init(
            name: record.identity.name, observation: observation, provider: record.provider, box: record.boxName,
            addresses: record.addresses, forwards: observation.state == .running ? record.forwards : [],
            guestTools: Self.guestTools(observation, record),
            failedProvisioners: record.provisioners.filter { !$0.value.succeeded }.keys.sorted())
        isRecovered = record.isRecovered ?? false
    }

    /// That there are none is only known of a system that has come up.
    private static func guestTools(_ observation: MachineObservation, _ record: MachineRecord) -> GuestTools? {
        guard let tools = observation.guestTools, tools.isPresent || record.answeredStart == record.starts else {
            return nil
        }
        return tools
    }
}
