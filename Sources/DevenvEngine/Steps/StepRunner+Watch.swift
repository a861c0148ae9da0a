import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState

extension StepRunner {
    private var supervisor: LiveSupervisor { LiveSupervisor(store: store, environment: components.environment) }

    /// Has the folders watched that are to be, and no others. Those that are watched as they should be are left undisturbed.
    func watch(_ machine: Wanted) async throws {
        let folders = machine.spec.folders.filter(\.watch).map(LiveOrder.Folder.init)
        guard !folders.isEmpty else {
            try await unwatch(try record(of: machine.name).identity)
            return try store.forgetWatching(of: machine.name)
        }
        try await watch(folders, of: machine.name, machine.provider)
    }

    /// Has folders watched again that were when the machine was paused or brought back to a snapshot.
    func rewatch(_ name: MachineName, _ provider: any Provider) async throws {
        guard let order = try store.liveOrder(of: name) else { return }
        try await watch(order.folders, of: name, provider)
    }

    /// Ends what watches a machine's folders; nothing there is fine.
    func unwatch(_ machine: MachineIdentity) async throws {
        guard store.isWatchOrdered(of: machine.name) else { return }
        try await supervisor.stop(machine)
    }

    private func watch(_ folders: [LiveOrder.Folder], of name: MachineName, _ provider: any Provider) async throws {
        let identity = try record(of: name).identity
        let way = try await reach(name, provider)
        let order = LiveOrder(identity.machine, folders, to: way.endpoint)
        if try store.liveOrder(of: name) == order, LiveProcess.machines().contains(identity.machine) { return }
        try await supervisor.stop(identity)
        try store.save(order, of: name)
        FaultPoint.reach("engine.watch.intended")
        try await supervisor.start(identity)
    }
}
