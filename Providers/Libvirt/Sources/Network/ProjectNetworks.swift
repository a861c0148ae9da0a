package import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// The networks of projects, as networks of libvirt. What changes them holds a lock of this host, so that machines which
/// start at once don't tread on each other.
///
/// Networks are not started with libvirtd: after a reboot of the host the next `up` does that, together with the machines.
package struct ProjectNetworks: Sendable {
    let connection: LibvirtConnection
    let backend: NetworkBackend
    private let lockFile: FilePath

    /// Makes it.
    package init(connection: LibvirtConnection, directories: HostDirectories, tools: any ToolRunner) {
        self.connection = connection
        backend = NetworkBackend(tools: tools)
        lockFile = directories.runtime.appending("libvirt-networks.lock")
    }

    /// Has all networks of a machine there and serving it: its address reserved, the names known. Repeating it changes
    /// nothing. To be called once the machine's domain is defined, or another machine's `release` may take the networks away
    /// again.
    package func establish(for request: MachineRequest) async throws(ProviderError) {
        let demands = connection.hasNetworks ? NetworkDemand.list(of: request) : []
        guard !demands.isEmpty else { return }
        let lock = try await lock("starting '\(request.identity.name)'")
        for demand in demands {
            try await establish(demand)
            try ProviderError.checkCancellation("making the networks of '\(request.identity.name)'")
        }
        _ = consume lock
    }

    private func establish(_ demand: NetworkDemand) async throws(ProviderError) {
        let network = demand.network
        let attempt = "making the network '\(network.name)'"
        let isActive: Bool? = try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.networkInfo(network.networkName)?.isActive
        }
        let config = isActive == nil ? nil : try await definition(of: network, attempt)
        let wanted = NetworkDescription.serving(demand, over: config)
        if wanted != config {
            try await define(wanted, attempt)
            FaultPoint.reach("libvirt.network.defined")
        }
        if isActive == true { try await adapt(wanted, for: demand, attempt) } else { try await start(wanted, attempt) }
        try await releaseStrangers(in: wanted, for: demand)
    }

    /// Brings an active network to what is defined.
    private func adapt(_ wanted: NetworkDescription, for demand: NetworkDemand, _ attempt: String)
        async throws(ProviderError)
    {
        let network = demand.network
        let xml = try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.networkXML(network.networkName)
        }
        guard let live = NetworkDescription(network, xml: xml), live.subnet == wanted.subnet,
            live.isInternal == wanted.isInternal
        else { return try await restart(wanted, attempt) }
        for change in live.changes(to: .serving(demand, over: live)) {
            try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
                try await connection.update(
                    network: network.networkName, change.update, section: change.section, change.element, live: true,
                    config: false)
            }
            FaultPoint.reach("libvirt.network.updated")
        }
    }

    /// Starts an active network anew, as only its next start follows a new subnet.
    private func restart(_ wanted: NetworkDescription, _ attempt: String) async throws(ProviderError) {
        let name = wanted.network.networkName
        let users = try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await NetworkUsers.running(on: name, connection)
        }
        guard users.isEmpty else {
            throw .invalidRequest(
                "the network '\(wanted.network.name)' can't be changed while machines are on it: "
                    + users.sorted().joined(separator: ", "),
                help: "run 'devenv halt', then 'devenv up'")
        }
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.destroy(network: name)
        }
        FaultPoint.reach("libvirt.network.stopped")
        try await start(wanted, attempt)
    }

    /// Has networks of a machine that goes on active again as they are defined: its memory knows them as they were.
    package func activate(_ names: [String], of machine: MachineIdentity) async throws(ProviderError) {
        guard connection.hasNetworks, !names.isEmpty else { return }
        let lock = try await lock("resuming '\(machine.name)'")
        for name in names {
            let network = ProjectNetwork(Self.shortName(of: name, machine), of: machine)
            let attempt = "starting the network '\(network.name)'"
            let info = try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
                try await connection.networkInfo(name)
            }
            guard info?.isActive != true else { continue }
            guard info != nil, let description = try await definition(of: network, attempt) else {
                throw .failed("\(attempt): it is gone", help: "run 'devenv up'")
            }
            try await start(description, attempt)
        }
        _ = consume lock
    }

    /// The definition of a network that has our name, which must be ours; nil where it is not understood any more.
    private func definition(of network: ProjectNetwork, _ attempt: String) async throws(ProviderError)
        -> NetworkDescription?
    {
        let xml = try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.networkXML(network.networkName, inactive: true)
        }
        guard let mark = DevenvMark.network(in: xml), mark == (network.project, network.name) else {
            throw .invalidRequest(
                "libvirt has a network '\(network.networkName)' that devenv did not make",
                help: "remove it with: virsh net-undefine \(network.networkName)")
        }
        return NetworkDescription(network, xml: xml)
    }

    private func define(_ description: NetworkDescription, _ attempt: String) async throws(ProviderError) {
        try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            try await connection.define(network: description.xml)
        }
    }

    func lock(_ command: String) async throws(ProviderError) -> FileLock {
        let lock: FileLock?
        do throws(HostError) {
            try HostFiles.makeDirectory(lockFile.removingLastComponent())
            lock = try await FileLock.awaiting(lockFile, command: command)
        } catch { throw ProviderError(error) }
        if let lock { return lock }
        try ProviderError.checkCancellation(command)
        throw .timedOut(
            "another devenv has kept the lock '\(lockFile)' for two minutes", help: "find it with: fuser \(lockFile)")
    }
}
