import DevenvModel
import DevenvPluginAPI
import Synchronization

/// The connections of one command: one a machine, however many steps use it.
final class Connections: Sendable {
    private struct Entry {
        let endpoint: SSHEndpoint
        let communicator: any Communicator
    }

    private let entries = Mutex<[MachineName: Entry]>([:])
    private let known = Mutex<[MachineName: WayIn]>([:])
    private let make: CommunicatorFactory

    init(_ make: @escaping CommunicatorFactory) { self.make = make }

    /// The communicator of a machine at an endpoint; a new one where the endpoint has changed.
    func communicator(for machine: MachineName, at endpoint: SSHEndpoint) -> any Communicator {
        entries.withLock { entries in
            if let known = entries[machine], known.endpoint == endpoint { return known.communicator }
            let made = make(endpoint)
            entries[machine] = Entry(endpoint: endpoint, communicator: made)
            return made
        }
    }

    /// The ways that this command has found into machines and nothing has happened to since.
    var ways: [MachineName: WayIn] { known.withLock { $0 } }

    /// A way has been found.
    func keep(_ way: WayIn, to machine: MachineName) { known.withLock { $0[machine] = way } }

    /// The way to a machine may be about to change.
    func forget(_ machine: MachineName) { known.withLock { $0[machine] = nil } }

    /// Closes the connection of a machine that is about to stop.
    func close(_ machine: MachineName) async {
        forget(machine)
        let entry = entries.withLock { $0.removeValue(forKey: machine) }
        await entry?.communicator.close()
    }

    /// Closes all.
    func closeAll() async {
        let all = entries.withLock { entries in
            defer { entries = [:] }
            return entries.values.map(\.communicator)
        }
        await withTaskGroup(of: Void.self) { group in
            for communicator in all { group.addTask { await communicator.close() } }
        }
    }
}
