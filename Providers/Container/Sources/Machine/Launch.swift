import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// What a machine is started with.
struct Launch: Sendable {
    /// Where that comes from.
    enum Origin: Sendable {
        /// What is wanted of it now.
        case request(MachineRequest)
        /// How it ran when a snapshot of it was saved; its names are in its files.
        case saved(SavedRun)
    }

    /// What the runtime's calls depend on.
    struct Manner: Sendable {
        /// What makes the container.
        let runtime: Runtime
        /// Whether the machine makes control groups below its own.
        let ownsControlGroups: Bool
        /// What an ordinary user's machine may use; root's learns it from its configuration.
        let limits: GroupLimits
    }

    /// Where all else comes from.
    let origin: Origin
    /// Who it is.
    let identity: MachineIdentity
    /// Its interfaces.
    let interfaces: [NetworkInterface]
    /// Its forwards.
    let forwards: [PortForward]
    /// Where its console's output goes.
    let log: FilePath
    /// The ids of its users on this host.
    let ids: IDRange

    /// A start as it is wanted.
    init(_ request: MachineRequest, ids: IDRange) {
        origin = .request(request)
        identity = request.identity
        interfaces = request.spec.interfaces
        forwards = request.forwards
        log = request.logDirectory.appending("console.log")
        self.ids = ids
    }

    /// A start as it once was, with the forwards that the machine has now. Its project may have been moved since: then what it
    /// writes to its console is lost until its next start.
    init(_ run: SavedRun, of machine: DiskNote) {
        origin = .saved(run)
        identity = machine.identity
        interfaces = run.interfaces
        forwards = machine.forwards ?? []
        ids = machine.ids
        let log = FilePath(run.log)
        self.log = HostFiles.isDirectory(log.removingLastComponent()) ? log : "/dev/null"
    }
}

extension ContainerProvider {
    /// Gives the machine its place in the host's network. A port of a machine that is brought back may have another holder by
    /// now: it then comes back without any forward, which is seen as drift.
    func provide(_ launch: Launch, at place: MachinePlace) async throws(ProviderError) {
        do throws(ProviderError) {
            try await network.provide(demand(launch.interfaces, launch.forwards, at: place))
        } catch {
            guard case .saved = launch.origin, error.code == .portInUse else { throw error }
            try await network.provide(demand(launch.interfaces, [], at: place))
        }
    }

    /// Tells the runtime what the machine is, and provides what of the host it is told of.
    func configure(_ launch: Launch, at place: MachinePlace) throws(ProviderError) {
        switch launch.origin {
        case .request(let request): try writeConfig(of: request, at: place)
        case .saved(let run):
            try ProviderError.translate { () throws(HostError) in
                let kept = try HostFiles.read(place.disk.appending(run.config)) ?? []
                // the user's group may be another by now
                let group = RealmGroup.own?.pathForRuntime(place)
                let text = group.map { KeptConfig.moved(kept, to: $0) } ?? kept
                try AtomicFile.write(text, to: place.config, mode: .ownerReadWrite)
            }
            let config = try KeptConfig.read(place.disk.appending(run.config))
            _ = try HostDevice.provide(config.devices(at: place), at: place, owner: launch.ids.first)
            _ = try BindMount.attach(config.binds(at: place), as: config.user, at: place, ids: launch.ids)
        }
    }

    /// How the runtime is to start a machine.
    func manner(of launch: Launch, at place: MachinePlace) throws(ProviderError) -> Launch.Manner {
        switch launch.origin {
        case .request(let request):
            let options = options(of: request)
            return .init(
                runtime: options.runtime, ownsControlGroups: options.ownsControlGroups,
                limits: GroupLimits(Resources(request.spec, options)))
        case .saved(let run):
            let config = try KeptConfig.read(place.disk.appending(run.config))
            return .init(
                runtime: config.runtime, ownsControlGroups: config.ownsControlGroups, limits: config.limits)
        }
    }

    /// The name servers that the machine is told of.
    func resolver(for launch: Launch) async -> ResolverFile {
        guard case .request(let request) = launch.origin else { return ResolverFile(servers: []) }
        return await resolver(for: request)
    }

    /// Notes the forwards of a machine, for when it is brought back to a snapshot while it does not run.
    func remember(_ forwards: [PortForward], of place: MachinePlace) throws(ProviderError) {
        guard var note = try Notes.read(DiskNote.self, at: place.diskNote), note.forwards ?? [] != forwards else {
            return
        }
        note.forwards = forwards
        try Notes.write(note, to: place.diskNote)
    }
}

extension HostFiles {
    /// Copies a small file that devenv wrote, flushed to the disk.
    static func copy(_ file: FilePath, to target: FilePath) throws(HostError) {
        guard let bytes = try read(file) else { throw HostError("reading", file, .noSuchFileOrDirectory) }
        try AtomicFile.write(bytes, to: target, mode: .ownerReadWrite)
    }
}
