import DevenvBoxes
import DevenvCatalogs
import DevenvDownload
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

/// Carries out single steps. Each writes what it intends before its effect and what came of it after, so that whatever
/// ends the program in between, the next command knows what may be there.
struct StepRunner: Sendable {
    let components: EngineComponents
    let store: ProjectStore
    let operation: Operation
    let connections: Connections
    let events: EventHandler
    /// The boxes that steps have got, by what they are called in the plan.
    let gotten = GottenBoxes()
    /// The secrets that steps have read.
    let knownSecrets = KnownSecrets()

    /// Carries out one step.
    func perform(_ step: Step) async throws(StepFailure) {
        FaultPoint.reach("engine.\(step.id.action.faultName).before")
        do {
            try Task.checkCancellation()
            try await dispatch(step)
        } catch {
            throw Self.failure(of: step.id, error)
        }
        FaultPoint.reach("engine.\(step.id.action.faultName).after")
    }

    private func dispatch(_ step: Step) async throws {
        let machine = step.id.machine
        guard let context = operation.machines[machine] else { return }
        switch step.id.action {
        case .get: try await getBox(step.id, context)
        case .create: try await create(try wanted(context))
        case .start: try await start(try wanted(context))
        case .update: try await update(try wanted(context))
        case .connect: try await connect(Arriving(machine, context, try wanted(context)))
        case .customize: try await customize(try wanted(context))
        case .sync(let target): try await sync(target, try wanted(context))
        case .watch: try await watch(try wanted(context))
        case .provision(let name): try await provision(name, step.id, try wanted(context))
        case .ready: try await waitUntilReady(try wanted(context))
        case .save(let name): try await save(name, machine, context.provider)
        case .restore(let name): try await restore(name, Arriving(machine, context, try wantedIfAny(context)))
        case .delete(let name): try await delete(name, machine, context.provider)
        case .package(let order): try await package(order, machine, context.provider)
        case .suspend: try await suspend(machine, context.provider)
        case .resume: try await resume(Arriving(machine, context, try wantedIfAny(context)))
        case .stop: try await stop(machine, context.provider)
        case .destroy: try await destroy(machine, context.provider)
        }
    }

    /// A machine that is to be, with its provider and box.
    struct Wanted {
        let spec: MachineSpec
        let desired: DesiredMachine
        let provider: any Provider
        let box: BoxImage
        let hosts: [HostEntry]
        let dependencies: [MachineName]
        var name: MachineName { desired.name }
    }

    /// What a machine is to be, where the command knows more than what is recorded.
    private func wantedIfAny(_ context: MachineContext) throws(EngineError) -> Wanted? {
        context.desired == nil ? nil : try wanted(context)
    }

    private func wanted(_ context: MachineContext) throws(EngineError) -> Wanted {
        guard let (desired, box) = try withBox(context) else {
            throw EngineError(.failed, "the plan lacks what the machine should be")
        }
        return Wanted(
            spec: desired.spec, desired: desired, provider: context.provider, box: box, hosts: context.hosts,
            dependencies: context.dependencies)
    }

    /// The record of a machine that must have one.
    func record(of machine: MachineName) throws(StateError) -> MachineRecord {
        guard let record = try store.machine(machine) else {
            throw .damaged(store.directory(of: machine).string, "the machine's record is gone")
        }
        return record
    }

    private static func failure(of step: StepID, _ error: any Error) -> StepFailure {
        let (message, help) = text(of: error)
        let details = (error as? EngineError)?.details ?? []
        return StepFailure(
            step: step, message: message, help: help, details: details, isCancellation: isCancellation(error))
    }

    static func text(of error: any Error) -> (message: String, help: String?) {
        switch error {
        case let error as ProviderError: (error.message, error.help)
        case let error as CommunicatorError: (error.message, nil)
        case let error as ProvisionerError: (error.message, error.help)
        case let error as SyncError: (error.message, error.help)
        case let error as StateError: (error.message, error.help)
        case let error as BoxError: (error.message, error.help)
        case let error as CatalogError: (error.message, error.help)
        case let error as DownloadError: (error.message, error.help)
        case let error as EngineError: (error.message, error.help)
        case is CancellationError: ("interrupted", nil)
        default: ("\(error)", nil)
        }
    }

    static func isCancellation(_ error: any Error) -> Bool {
        switch error {
        case let error as ProviderError: error.code == .cancelled
        case let error as CommunicatorError: error.code == .cancelled
        case let error as ProvisionerError: error.isCancellation
        case let error as SyncError: error.isCancellation
        case let error as EngineError: error.code == .cancelled
        case let error as BoxError: error.code == .cancelled
        case let error as DownloadError: error.code == .cancelled
        default: error is CancellationError
        }
    }
}

extension StepAction {
    /// The name of the step's fault points: the action's first word.
    fileprivate var faultName: String { description.split(separator: " ").first.map(String.init) ?? "step" }
}
