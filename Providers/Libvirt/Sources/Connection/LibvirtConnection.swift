import CLibvirt
import DevenvHost
import SystemPackage

/// A connection to a libvirt daemon, on a thread of its own, so that no call of libvirt holds up a thread of the
/// cooperative pool. Calls that may take long are made aside, on a few threads more. Nothing of libvirt leaves it but
/// values.
///
/// Every method throws `isConnectionLost` once the daemon has gone; `open` then makes a new connection.
package actor LibvirtConnection {
    /// Where it goes.
    package nonisolated let uri: String
    /// Those who are told of events.
    nonisolated let listeners: LibvirtListeners
    /// libvirt's functions.
    let api: devenv_libvirt
    private nonisolated let executor: ThreadExecutor
    private var link: Link?
    private var isOver = false
    private var lanes: [Lane] = []

    /// Another thread for calls over the same connection.
    private struct Lane {
        let connection: LibvirtConnection
        /// How many calls are on it or wait for it.
        var load: Int
    }

    /// A daemon has five calls of one client in its hands at most (`max_client_requests`); one is left for short ones.
    private static let mostLanes = 4

    /// Starts the thread; connects to nothing yet.
    private init(_ uri: String, listeners: LibvirtListeners, link: consuming Link? = nil) throws(LibvirtError) {
        self.uri = uri
        self.listeners = listeners
        self.link = link
        api = try LibvirtLibrary.functions()
        do throws(Errno) {
            executor = try ThreadExecutor(name: "libvirt")
        } catch {
            throw .unusable("starting a thread: \(error)")
        }
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// The connection of this process to a URI, made where there is none, or where the last one has ended.
    package static func open(_ uri: String) async throws(LibvirtError) -> LibvirtConnection {
        while true {
            let connection = try LibvirtConnections.find(uri) { () throws(LibvirtError) in
                try LibvirtConnection(uri, listeners: LibvirtListeners())
            }
            do throws(LibvirtError) {
                try await connection.connect()
            } catch {
                LibvirtConnections.forget(connection)
                // it was one from before, and has ended since
                if error.isConnectionLost { continue }
                throw error
            }
            if Task.isCancelled { throw .cancelled() }
            return connection
        }
    }

    /// Ends the connection once the calls that are under way have returned; calls that follow throw, and streams of
    /// events end.
    package func close() {
        LibvirtConnections.forget(self)
        end()
        listeners.finish()
    }

    private func connect() throws(LibvirtError) {
        if isOver { throw .lost("the connection was closed") }
        guard link == nil else {
            guard isAlive else {
                end()
                throw .lost("the connection has ended")
            }
            return
        }
        guard let pointer = unsafe api.virConnectOpen(uri) else { throw lastError(circumstance: .unreachable) }
        link = unsafe Link(pointer, api, listeners)
    }

    private func end() {
        isOver = true
        link = nil
        lanes = []
    }

    /// Whether the daemon is still there, as far as is known without asking.
    var isAlive: Bool { link?.lend { unsafe api.virConnectIsAlive($0) == 1 } ?? false }

    /// Lends the connection for one call.
    @safe func lend<Value>(_ call: (OpaquePointer) -> Value) throws(LibvirtError) -> Value {
        guard let value = link?.lend(call) else { throw .lost("the connection was closed") }
        return value
    }

    /// Has libvirt deliver the events of domains, once.
    func deliverEvents() throws(LibvirtError) {
        guard link != nil else { throw .lost("the connection was closed") }
        guard link?.deliverEvents() == true else { throw lastError() }
    }

    /// Makes calls that may take long on another thread, so that others have their turn here meanwhile.
    @discardableResult
    func aside<Value: Sendable>(
        _ calls: @Sendable (isolated LibvirtConnection) throws(LibvirtError) -> Value
    ) async throws(LibvirtError) -> Value {
        let lane = try freestLane()
        defer { release(lane) }
        return try await calls(lane)
    }

    private func freestLane() throws(LibvirtError) -> LibvirtConnection {
        let freest = lanes.indices.min { lanes[$0].load < lanes[$1].load }
        if let freest, lanes[freest].load == 0 || lanes.count == Self.mostLanes {
            lanes[freest].load += 1
            return lanes[freest].connection
        }
        guard let shared = link?.shared() else { throw .lost("the connection was closed") }
        let connection = try LibvirtConnection(uri, listeners: listeners, link: shared)
        lanes.append(Lane(connection: connection, load: 1))
        return connection
    }

    private func release(_ connection: LibvirtConnection) {
        guard let index = lanes.firstIndex(where: { $0.connection === connection }) else { return }
        lanes[index].load -= 1
    }
}
