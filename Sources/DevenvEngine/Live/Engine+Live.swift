package import DevenvModel
import DevenvPluginAPI
import DevenvState

extension Engine {
    /// Watches all folders of machines that run, until the task is cancelled.
    package func watch(
        _ graph: MachineGraph, _ machines: [MachineName], events: @escaping LiveHandler
    ) async throws(EngineError) {
        var runs: [LiveRun] = []
        for name in machines {
            // what comes back is no watcher's: it would be sent over
            guard let folders = graph[name]?.folders.filter({ $0.direction == .push }), !folders.isEmpty else {
                continue
            }
            runs.append(
                LiveRun(
                    components: components, store: store, machine: name, endpoint: try await endpoint(of: name),
                    folders: folders))
        }
        guard !runs.isEmpty else {
            throw EngineError(.failed, "there is no folder to watch", help: "name some under 'sync' in the Envfile")
        }
        let failure = await withTaskGroup(of: EngineError?.self) { group in
            for run in runs {
                group.addTask {
                    do throws(EngineError) {
                        try await run.watch(patient: false, events: events)
                        return nil
                    } catch { return error }
                }
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if let failure { throw failure }
    }

    /// What becomes of the watched folders of machines; those without any are left out. Processes are looked for once.
    func watchedFolders(of records: [MachineRecord]) -> [MachineName: [LiveReport.Folder]] {
        let ordered = records.filter { store.isWatchOrdered(of: $0.identity.name) }
        guard !ordered.isEmpty else { return [:] }
        let running = LiveProcess.machines()
        return Dictionary(
            ordered.map { record in
                let machine = record.identity
                return (machine.name, watchedFolders(of: machine, isRunning: running.contains(machine.machine)))
            }
        ) { first, _ in first }
    }

    private func watchedFolders(of machine: MachineIdentity, isRunning: Bool) -> [LiveReport.Folder] {
        // what can't be read is not known, and no reason to know nothing of the machine
        let order = (try? store.liveOrder(of: machine.name)) ?? nil
        let report = (try? store.liveReport(of: machine.name)) ?? nil
        guard let order, order.machine == machine.machine else { return [] }
        return order.folders.map { ordered in
            var folder =
                report?.folders.first { $0.target == ordered.target }
                ?? LiveReport.Folder(source: ordered.source, target: ordered.target)
            if !isRunning {
                folder.state = .stopped
                folder.problem = "what watches it has ended; 'devenv up \(machine.name)' starts it again"
            }
            return folder
        }
    }
}
