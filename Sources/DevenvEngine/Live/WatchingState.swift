import DevenvModel
import DevenvPluginAPI
package import DevenvState

/// Whether a machine's folders are watched, as it was found.
package struct WatchingState: Hashable, Sendable {
    /// Whether a process does so.
    package let isRunning: Bool
    /// What it was told to watch.
    package let folders: [LiveOrder.Folder]

    /// Describes it.
    package init(isRunning: Bool, folders: [LiveOrder.Folder]) {
        self.isRunning = isRunning
        self.folders = folders
    }

    /// What is found of machines; those for which nobody was ever told to watch anything are left out.
    static func look(
        at records: [MachineRecord], in store: ProjectStore
    ) throws(EngineError) -> [MachineName: WatchingState] {
        let ordered = records.filter { store.isWatchOrdered(of: $0.identity.name) }
        guard !ordered.isEmpty else { return [:] }
        let running = LiveProcess.machines()
        var states: [MachineName: WatchingState] = [:]
        for record in ordered {
            let name = record.identity.name
            let order = try EngineError.wrap { () throws(StateError) in try store.liveOrder(of: name) }
            states[name] = WatchingState(
                isRunning: running.contains(record.identity.machine), folders: order?.folders ?? [])
        }
        return states
    }
}
