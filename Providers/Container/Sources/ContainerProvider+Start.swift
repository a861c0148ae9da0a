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
            try ControlGroups(place.cgroup).thaw()
            return [:]
        }
        try await clear(place)
        // of a machine that ended by itself they may stand yet, and answer for its addresses
        try await network.remove(Cable.names(of: place))
        FaultPoint.reach("container.start.cleared")
        do {
            try await launch(request, at: place)
        } catch {
            await abandon(place)
            throw error
        }
        return [:]
    }

    private func launch(_ request: MachineRequest, at place: MachinePlace) async throws(ProviderError) {
        try await prepare(request)
        let cables = Cable.make(for: request.spec.interfaces, of: place)
        var note = RunNote(
            identity: request.identity, boot: HostBoot.id, cables: cables, forwards: request.forwards, process: nil)
        try Notes.write(note, to: place.runNote)
        FaultPoint.reach("container.start.noted")
        async let network = outcome { () async throws(ProviderError) in
            try await self.network.provide(demand(request.spec.interfaces, request.forwards, at: place))
        }
        async let resolver = resolver(for: request)
        let created = await outcome { () async throws(ProviderError) in try await makeContainer(request, at: place) }
        try await network.get()
        let process = try created.get()
        FaultPoint.reach("container.start.created")
        try ProviderError.checkCancellation("starting the machine '\(request.identity.name)'")
        try await attach(cables, to: process)
        try writeNames(of: request, at: place, resolver: await resolver)
        FaultPoint.reach("container.start.attached")
        let runc = Runc(tools: tools, place: place)
        try await runc.run(Runc.start(place), "starting the machine '\(request.identity.name)'")
        FaultPoint.reach("container.start.started")
        note.process = process
        try Notes.write(note, to: place.runNote)
    }

    /// Has runc make the container and returns its first process, which waits to be let go.
    private func makeContainer(_ request: MachineRequest, at place: MachinePlace) async throws(ProviderError)
        -> MachineProcess
    {
        try writeConfig(of: request, at: place)
        // shared: groups are made below parents that a destroy of another machine may be about to remove
        let lock = try await KernelLock.take(.groups, shared: true)
        let projectLock = try await KernelLock.take(.projectGroups(place.projectDisk), shared: true)
        let log = request.logDirectory.appending("console.log")
        let runc = Runc(tools: tools, place: place)
        try await runc.run(Runc.create(place, console: log), "making the container of '\(request.identity.name)'")
        _ = consume lock
        _ = consume projectLock
        guard let process = ControlGroups(place.cgroup).firstProcess else {
            throw .failed("the container of '\(request.identity.name)' ended at once", help: "see '\(log)'")
        }
        return process
    }

    private func writeConfig(of request: MachineRequest, at place: MachinePlace) throws(ProviderError) {
        let options = options(of: request)
        let filter = options.seccomp == .unconfined ? nil : try SeccompProfile.filter(adding: options.capabilities)
        let config = RuntimeConfig(
            request, options: options, place: place, ids: ids, filter: filter,
            hasUnifiedControlGroups: ControlGroups.isUnified())
        try Notes.write(config, to: place.bundle.appending("config.json"))
    }

    func demand(
        _ interfaces: [NetworkInterface], _ forwards: [PortForward], at place: MachinePlace
    ) -> HostNetwork.Demand {
        HostNetwork.Demand(
            mark: place.mark,
            bridges: interfaces.map {
                Bridge(
                    project: place.project, network: $0.network, subnet: $0.subnet, isInternal: $0.isInternal)
            },
            forwards: forwards, address: interfaces.first?.address)
    }

    func attach(_ cables: [Cable], to process: MachineProcess) async throws(ProviderError) {
        guard !cables.isEmpty else { return }
        let network = network
        try await network.succeed(
            LinkBatch.invocation(LinkBatch.attachments(cables, process: process.id)),
            "attaching the machine to its network")
        try await network.succeed(
            LinkBatch.invocation(LinkBatch.inside(cables), inNetworkOf: process.id), "giving the machine its addresses")
    }

    func writeNames(of request: MachineRequest, at place: MachinePlace, resolver: ResolverFile) throws(ProviderError) {
        try ProviderError.translate { () throws(HostError) in
            try GuestFiles(root: place.root, ids: ids).writeNames(of: request, resolver: resolver)
        }
    }

    func resolver(for request: MachineRequest) async -> ResolverFile {
        if let servers = options(of: request).nameServers { return ResolverFile(servers: servers) }
        guard request.spec.interfaces.contains(where: { !$0.isInternal }) else { return ResolverFile(servers: []) }
        return await NameServers.usable(remembering: directories.runtime.appending("name-servers"))
    }
}
