import CLibvirt

/// A connection to a libvirt daemon. What is asked of it goes out on a few threads, each with a connection of libvirt
/// of its own, so that no call holds up a thread of the cooperative pool, nor a long call the short ones. Nothing of
/// libvirt leaves them but values.
///
/// Every method throws `isConnectionLost` once the daemon has gone; `open` then makes a new connection.
package actor LibvirtConnection {
    /// Where it goes.
    package nonisolated let uri: String
    private let listeners = LibvirtListeners()
    private var lanes: [(lane: LibvirtLane, load: Int)] = []
    /// Where events come in. It has no other calls, so that none of them has to wait for a long one.
    private var eventLane: LibvirtLane?
    private var state = State.new

    /// Whether it has ended, in whatever way.
    var isOver: Bool { state == .over }

    private enum State { case new, open, over }

    /// How many calls may be under way at once.
    private static let mostLanes = 4

    private init(_ uri: String) { self.uri = uri }

    /// The connection of this process to a URI, made where there is none, or where the last one has ended.
    package static func open(_ uri: String) async throws(LibvirtError) -> LibvirtConnection {
        while true {
            let connection = LibvirtConnections.find(uri) { LibvirtConnection(uri) }
            do throws(LibvirtError) {
                try await connection.begin()
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

    private func begin() async throws(LibvirtError) {
        try await run { lane throws(LibvirtError) in
            try lane.connect()
            guard lane.isAlive else { throw .lost("the connection has ended") }
        }
        if state == .new { state = .open }
    }

    /// Ends the connection once the calls that are under way have returned; calls that follow throw, and streams of
    /// events end.
    package func close() {
        LibvirtConnections.forget(self)
        end()
    }

    /// What happens to the domains and to the connection from now on. A listener that falls far behind misses the
    /// oldest events; so look at the state after the stream was made, and again when in doubt. The stream ends with the
    /// connection.
    package func events() async throws(LibvirtError) -> AsyncStream<LibvirtEvent> {
        guard state != .over else { throw .lost("the connection was closed") }
        if eventLane == nil { eventLane = try LibvirtLane(uri) }
        guard let lane = eventLane else { throw .lost("the connection was closed") }
        let (listeners, stream) = (listeners, listeners.stream())
        try await attend { () async throws(LibvirtError) in try await lane.deliverEvents(to: listeners) }
        return stream
    }

    /// Makes calls on the thread that has least to do.
    @discardableResult
    func run<Value: Sendable>(
        _ calls: @Sendable (isolated LibvirtLane) throws(LibvirtError) -> Value
    ) async throws(LibvirtError) -> Value {
        let lane = try takeLane()
        defer { leave(lane) }
        return try await attend { () async throws(LibvirtError) in try await calls(lane) }
    }

    private func attend<Value: Sendable>(_ calls: () async throws(LibvirtError) -> Value) async throws(LibvirtError)
        -> Value
    {
        do throws(LibvirtError) {
            return try await calls()
        } catch {
            guard error.isConnectionLost || (error.isUnreachable && state != .new) else { throw error }
            if state != .over { listeners.tell(.connectionClosed(.error)) }
            end()
            throw error.isUnreachable ? .lost(error.message) : error
        }
    }

    private func takeLane() throws(LibvirtError) -> LibvirtLane {
        guard state != .over else { throw .lost("the connection was closed") }
        // who comes before anybody is there waits for the first answer, rather than to ask side by side
        let most = state == .new ? 1 : Self.mostLanes
        let freest = lanes.indices.min { lanes[$0].load < lanes[$1].load }
        if let freest, lanes[freest].load == 0 || lanes.count >= most {
            lanes[freest].load += 1
            return lanes[freest].lane
        }
        let lane = try LibvirtLane(uri)
        lanes.append((lane, 1))
        return lane
    }

    private func leave(_ lane: LibvirtLane) {
        guard let index = lanes.firstIndex(where: { $0.lane === lane }) else { return }
        lanes[index].load -= 1
    }

    private func end() {
        state = .over
        lanes = []
        eventLane = nil
        listeners.finish()
    }
}

/// Calls one by one, as `LibvirtLane` has them.
extension LibvirtConnection {
    /// A call that returns a number; throws where it is negative.
    @discardableResult
    @safe func call(
        _ target: LibvirtTarget, _ body: @Sendable (devenv_libvirt, OpaquePointer) -> Int32
    ) async throws(LibvirtError) -> Int32 {
        try await run { lane throws(LibvirtError) in try lane.call(target, body) }
    }

    /// A call that returns a text; throws where it returns none.
    @safe func text(
        _ target: LibvirtTarget,
        _ body: @Sendable (devenv_libvirt, OpaquePointer) -> UnsafeMutablePointer<CChar>?
    ) async throws(LibvirtError) -> String {
        try await run { lane throws(LibvirtError) in try unsafe lane.text(target, body) }
    }

    /// A call that returns XML; throws where it returns none.
    @safe func xml(
        _ target: LibvirtTarget,
        _ body: @Sendable (devenv_libvirt, OpaquePointer) -> UnsafeMutablePointer<CChar>?
    ) async throws(LibvirtError) -> XMLElement {
        try unsafe LibvirtLane.parse(await text(target, body))
    }
}
