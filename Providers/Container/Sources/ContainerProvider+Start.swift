import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import FoundationEssentials
import SystemPackage

extension ContainerProvider {
    /// Starts the machine, or puts right what is missing around a running one.
    package func start(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        try requireRoot()
        let place = place(request.identity)
        if let running = try runningMachine(at: place) {
            try await repair(running, request)
            // whoever asks for a start wants it to run
            try letGoOn(place)
            return [:]
        }
        try await clear(place)
        // of a machine that ended by itself they may stand yet, and answer for its addresses
        try await network.remove(Cable.names(of: place))
        FaultPoint.reach("container.start.cleared")
        do {
            try await prepare(request)
            try await run(Launch(request, ids: ids(of: request)), at: place)
        } catch {
            await abandon(place)
            throw error
        }
        return [:]
    }

    /// The port of the SSH server of what is started.
    private func port(of launch: Launch) -> UInt16? {
        guard case .request(let request) = launch.origin else { return nil }
        return request.access.port
    }

    /// Starts a machine whose root is mounted and of which nothing runs.
    func run(_ launch: Launch, at place: MachinePlace) async throws(ProviderError) {
        let cables = Cable.make(for: launch.interfaces, of: place)
        var note = RunNote(
            identity: launch.identity, boot: HostBoot.id, cables: cables, forwards: launch.forwards, process: nil,
            log: launch.log.string, port: port(of: launch))
        try Notes.write(note, to: place.runNote)
        try remember(launch.forwards, of: place)
        FaultPoint.reach("container.start.noted")
        let manner = try manner(of: launch, at: place)
        async let network = outcome { () async throws(ProviderError) in try await provide(launch, at: place) }
        async let resolver = resolver(for: launch)
        let created = await outcome { () async throws(ProviderError) in
            try await makeContainer(launch, manner, at: place)
        }
        try await network.get()
        let process = try created.get()
        FaultPoint.reach("container.start.created")
        try ProviderError.checkCancellation("starting the machine '\(launch.identity.name)'")
        try await attach(cables, to: process)
        let servers = await resolver
        if case .request(let request) = launch.origin { try writeNames(of: request, at: place, resolver: servers) }
        FaultPoint.reach("container.start.attached")
        let runc = Runc(tools: tools, place: place)
        try await runc.run(
            Runc.start(place, by: manner.runtime), "starting the machine '\(launch.identity.name)'")
        FaultPoint.reach("container.start.started")
        note.process = process
        try Notes.write(note, to: place.runNote)
    }

    /// Has the runtime make the container and returns its first process, which waits to be let go.
    private func makeContainer(
        _ launch: Launch, _ manner: Launch.Manner, at place: MachinePlace
    ) async throws(ProviderError) -> MachineProcess {
        try configure(launch, at: place)
        let group = await reachableGroup()
        // shared: groups are made below parents that a destroy of another machine may be about to remove
        let lock = try await KernelLock.take(.groups, shared: true)
        let projectLock = try await KernelLock.take(.projectGroups(place.projectDisk), shared: true)
        KeyQuota.widen(for: launch.ids)
        let runc = Runc(tools: tools, place: place)
        try await runc.run(
            Runc.create(place, console: launch.log, by: manner.runtime),
            "making the container of '\(launch.identity.name)'")
        _ = consume lock
        _ = consume projectLock
        try ProviderError.translate { () throws(HostError) in try BindMount.detach(at: place) }
        guard let process = ControlGroups(of: place).firstProcess else {
            throw .failed("the container of '\(launch.identity.name)' ended at once", help: "see '\(launch.log)'")
        }
        if let group { try take(process, into: group, manner, at: place) }
        if manner.ownsControlGroups { try delegate(to: launch.ids.first, process, at: place) }
        return process
    }

    /// The control group that an ordinary user's machine gets its own below; without one it runs all the same. To be asked for
    /// before the machine's first process is made, as that is where this process is.
    private func reachableGroup() async -> RealmGroup? {
        guard let group = RealmGroup.own, await group.isWithinReach(tools) else { return nil }
        return group
    }

    /// Gives an ordinary user's machine its control group: runtimes make none for it.
    private func take(
        _ process: MachineProcess, into group: RealmGroup, _ manner: Launch.Manner, at place: MachinePlace
    ) throws(ProviderError) {
        try ProviderError.translate { () throws(HostError) in try group.take(process.id, into: place.cgroup) }
        try ControlGroups(of: place).limit(manner.limits)
    }

    /// Writes the machine's configuration for the runtime.
    func writeConfig(of request: MachineRequest, at place: MachinePlace) throws(ProviderError) {
        let (options, ids) = (options(of: request), ids(of: request))
        let host = try RuntimeSurroundings.find(for: request, options, at: place, ids: ids)
        let config = RuntimeConfig(
            request, options: options, place: place, ids: ids, host: host, isLimited: UserRealm.current == nil)
        try Notes.write(config, to: place.config)
    }

    func demand(
        _ interfaces: [NetworkInterface], _ forwards: [PortForward], at place: MachinePlace
    ) -> HostNetwork.Demand {
        HostNetwork.Demand(
            mark: place.mark,
            bridges: interfaces.map(place.bridge(of:)), forwards: forwards, address: interfaces.first?.address)
    }

    func attach(_ cables: [Cable], to process: MachineProcess) async throws(ProviderError) {
        guard !cables.isEmpty else { return }
        let network = network
        try await network.succeed(
            LinkBatch.invocation(LinkBatch.attachments(cables, process: process.id)),
            "attaching the machine to its network")
        try await network.succeed(
            LinkBatch.invocation(
                LinkBatch.inside(cables, outlet6: Cable.outlet6(of: cables)), inNetworkOf: process.id),
            "giving the machine its addresses")
    }

    func writeNames(of request: MachineRequest, at place: MachinePlace, resolver: ResolverFile) throws(ProviderError) {
        try ProviderError.translate { () throws(HostError) in
            let files = GuestFiles(root: place.root, ids: ids(of: request))
            try files.writeNames(of: request, resolver: resolver)
            if options(of: request).initiator == .systemd { try files.writePort(of: request.access) }
        }
    }

    func resolver(for request: MachineRequest) async -> ResolverFile {
        if let servers = options(of: request).nameServers { return ResolverFile(servers: servers) }
        guard request.spec.interfaces.contains(where: { !$0.isInternal }) else { return ResolverFile(servers: []) }
        let usable = await NameServers.usable(remembering: directories.runtime.appending("name-servers"))
        guard let network = RealmNetwork.own, !usable.servers.isEmpty else { return usable }
        // a server on the host's own network may not be reached from a realm otherwise
        return ResolverFile(servers: [network.nameServer], search: usable.search)
    }
}
