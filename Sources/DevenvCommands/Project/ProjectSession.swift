import DevenvDiagnostics
import DevenvEngine
import DevenvEnvfile
import DevenvHost
import DevenvModel
import DevenvState

/// One project, for the time of one command. Nothing is read before it is asked for.
struct ProjectSession: Sendable {
    /// Where it is.
    let place: ProjectPlace
    /// Its state.
    let store: ProjectStore
    /// Its engine.
    let engine: Engine
    private let context: CommandContext
    private let isQuiet: Bool

    /// Finds the project that the targets are in. `recorded`: also one whose Envfile is gone; `reaching`: for a command that has to
    /// do with machines, not only with files; `wish`: the provider that is asked for.
    static func open(
        _ context: CommandContext, _ location: LocationOptions, _ output: OutputOptions,
        targets: [TargetExpression] = [], recorded: Bool = false, reaching: Bool = true, wish: ProviderName? = nil
    ) async throws -> ProjectSession {
        let projects = Set(targets.map(\.project))
        guard projects.count <= 1 else {
            throw CommandFailure.usage(
                "the targets are in different projects", help: "run the command once for each project")
        }
        let place = try ProjectLocator(context: context, location: location)
            .place(named: projects.first ?? nil, recorded: recorded)
        let session = ProjectSession(place, context, isQuiet: output.quiet)
        if reaching { try await session.enter(wish) }
        return session
    }

    /// The same for a command on one machine, which it finds as well; a broken or missing Envfile does not matter.
    static func openForOne(
        _ context: CommandContext, _ location: LocationOptions, _ output: OutputOptions, target: TargetExpression?,
        reaching: Bool = true
    ) async throws -> (session: ProjectSession, graph: MachineGraph?, machine: MachineName) {
        let session = try await open(
            context, location, output, targets: target.map { [$0] } ?? [], recorded: true, reaching: reaching)
        let graph = try session.graphIfValid()
        return (session, graph, try session.one(target, in: graph))
    }

    private init(_ place: ProjectPlace, _ context: CommandContext, isQuiet: Bool) {
        self.place = place
        self.context = context
        self.isQuiet = isQuiet
        store = ProjectStore(directory: place.directory, host: context.host, command: context.commandLine)
        engine = Engine(context.makeComponents(), store: store)
    }

    /// Has an ordinary user's process become one that the machines' providers serve, which root's is.
    private func enter(_ wish: ProviderName?) async throws {
        guard UserRealm.userID != 0, UserRealm.current == nil else { return }
        // an Envfile that can't be read is reported by what needs it
        let graph = place.envfile == nil ? nil : try? load(validating: false).graph
        try await engine.enter(for: graph?.machines ?? [], wish: wish)
    }

    /// The graph of a valid Envfile; every problem is reported. Changes nothing on the disk.
    func graph() throws -> MachineGraph {
        let (graph, diagnostics) = try load()
        return try accept(graph, diagnostics)
    }

    /// The graph and the machines that targets mean, for a command that makes machines: the addresses that they are given
    /// are kept, once nothing is wrong with Envfile and targets.
    func reserve(_ targets: [TargetExpression]) throws -> (graph: MachineGraph, machines: [MachineName]) {
        var result: Result<(MachineGraph, [MachineName]), any Error> = .failure(CancellationError())
        _ = try store.reserveAddresses { book in
            let loaded = load(book)
            result = Result {
                let graph = try accept(loaded.graph, loaded.diagnostics)
                return (graph, try declared(targets, in: graph))
            }
            guard case .success(let (graph, _)) = result else { return nil }
            return (graph.envfile.name, loaded.addresses)
        }
        return try result.get()
    }

    /// Prepares something under kept addresses; where it can't be begun, nothing is kept for a project without machines.
    func prepare(_ body: () async throws -> DevenvEngine.Operation) async throws -> DevenvEngine.Operation {
        do { return try await body() } catch {
            try await engine.discardIfEmpty()
            throw error
        }
    }

    /// The graph where there is a valid Envfile; otherwise nil, with a warning, for commands that can do without.
    func graphIfValid() throws -> MachineGraph? {
        guard place.envfile != nil else { return nil }
        let (graph, diagnostics) = try load(validating: false)
        if let graph, !diagnostics.hasErrors { return graph }
        warn("the Envfile has errors, so this goes by what is recorded; 'devenv validate' shows them")
        return nil
    }

    /// All that is wrong, for `validate`.
    func problems() throws -> (graph: MachineGraph?, diagnostics: [Diagnostic]) { try load() }

    /// Says something that the user should know, unless told to be quiet.
    func warn(_ text: String) {
        guard !isQuiet else { return }
        context.console.say("\(context.console.messages.style.paint("warning", .notable)): \(text)\n")
    }

    private func load(validating: Bool = true) throws -> (graph: MachineGraph?, diagnostics: [Diagnostic]) {
        let loaded = load(try store.addressBook(), validating: validating)
        return (loaded.graph, loaded.diagnostics)
    }

    private func load(
        _ book: AddressBook, validating: Bool = true
    ) -> (graph: MachineGraph?, diagnostics: [Diagnostic], addresses: AddressBook) {
        guard let envfile = place.envfile else {
            let missing = Diagnostic.error("there is no Envfile in '\(place.directory)' any more", at: nil)
            return (nil, [missing], book)
        }
        let result = EnvfileLoader.load(
            envfile, displayName: place.displayName, environment: context.environment, addresses: book)
        let more = validating ? result.graph.map(engine.validate) ?? [] : []
        return (result.graph, result.diagnostics + more, result.addresses)
    }

    private func accept(_ graph: MachineGraph?, _ diagnostics: [Diagnostic]) throws -> MachineGraph {
        guard let graph, !diagnostics.hasErrors else { throw CommandFailure.invalid(diagnostics) }
        if !diagnostics.isEmpty, !isQuiet {
            let renderer = DiagnosticRenderer(color: context.console.messages.style.isColored)
            context.console.say(renderer.render(diagnostics))
        }
        return graph
    }
}
