package import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

/// The background process that watches a machine's folders.
package enum LiveService {
    /// Watches where the arguments are its command line, and gives the status of the process; nil for other arguments. Status 0 says
    /// that there is nothing to do any more: the order is gone, with the machine or the project.
    package static func serve(
        _ arguments: [String], environment: [String: String],
        _ make: @Sendable (HostDirectories, [String: String]) -> EngineComponents
    ) async -> Int32? {
        guard arguments.first == LiveCommand.word, let command = LiveCommand(arguments: arguments) else { return nil }
        LiveProcess.endSiblings()
        let host = HostDirectories(environment: environment)
        let store = ProjectStore(directory: command.directory, host: host, command: arguments.joined(separator: " "))
        guard let order = order(of: command, in: store) else { return 0 }
        // what is left takes a few bytes, and is no reason not to watch
        try? store.discardHalfWrittenReports(of: command.name)
        let run = LiveRun(
            components: make(host, environment), store: store, machine: command.name, endpoint: order.endpoint,
            folders: order.folders.map(\.folder))
        let reporter = LiveReporter(order, of: command.name, in: store)
        return await withTaskGroup(of: Int32.self) { group in
            group.addTask {
                // it only returns where it can't go on, and then is started again
                try? await run.watch(patient: true) { _, folder, event in reporter.note(event, of: folder) }
                return 1
            }
            group.addTask {
                while order == Self.order(of: command, in: store) {
                    do { try await Task.sleep(for: .seconds(2)) } catch { return 1 }
                }
                return 0
            }
            let first = await group.next() ?? 1
            group.cancelAll()
            return first
        }
    }

    /// The order, if it is still that of this machine.
    private static func order(of command: LiveCommand, in store: ProjectStore) -> LiveOrder? {
        guard let order = (try? store.liveOrder(of: command.name)) ?? nil else { return nil }
        return order.machine == command.machine ? order : nil
    }
}
