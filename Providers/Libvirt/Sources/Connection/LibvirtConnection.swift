import CLibvirt
import DevenvHost
import SystemPackage

/// A connection to a libvirt daemon, on a thread of its own: all calls through it are made there, one after the other,
/// so that none holds up a thread of the cooperative pool. Nothing of libvirt leaves it but values.
///
/// Every method throws `isConnectionLost` once the daemon has gone; `open` then makes a new connection.
package actor LibvirtConnection {
    /// Where it goes.
    package nonisolated let uri: String
    nonisolated let listeners = LibvirtListeners()
    /// libvirt's functions.
    let api: devenv_libvirt
    private nonisolated let executor: ThreadExecutor
    private var link: Link?

    /// Starts the thread; connects to nothing yet.
    private init(_ uri: String) throws(LibvirtError) {
        self.uri = uri
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
                try LibvirtConnection(uri)
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

    /// Ends the connection; calls that follow throw, and streams of events end.
    package func close() {
        LibvirtConnections.forget(self)
        link = nil
        isOver = true
        listeners.finish()
    }

    /// The version of the library that this process has loaded: 1,000,000 × major + 1,000 × minor + release.
    package func libraryVersion() throws(LibvirtError) -> Int {
        var version: UInt = 0
        try check(unsafe api.virGetVersion(&version, nil, nil))
        return Int(version)
    }

    /// The version of the daemon at the other end, in the same form.
    package func daemonVersion() throws(LibvirtError) -> Int {
        var version: UInt = 0
        try check(try lend { unsafe api.virConnectGetLibVersion($0, &version) })
        return Int(version)
    }

    /// The version of the hypervisor, in the same form.
    package func hypervisorVersion() throws(LibvirtError) -> Int {
        var version: UInt = 0
        try check(try lend { unsafe api.virConnectGetVersion($0, &version) })
        return Int(version)
    }

    private var isOver = false

    private func connect() throws(LibvirtError) {
        if isOver { throw .lost("the connection was closed") }
        guard link == nil else {
            guard isAlive else {
                isOver = true
                throw .lost("the connection has ended")
            }
            return
        }
        guard let pointer = unsafe api.virConnectOpen(uri) else { throw lastError(circumstance: .unreachable) }
        link = unsafe Link(pointer, api, listeners)
    }

    /// Lends the connection for one call.
    @safe func lend<Value>(_ call: (OpaquePointer) -> Value) throws(LibvirtError) -> Value {
        guard let value = link?.lend(call) else { throw .lost("the connection was closed") }
        return value
    }

    /// Whether the daemon is still there, as far as is known without asking.
    var isAlive: Bool { link?.lend { unsafe api.virConnectIsAlive($0) == 1 } ?? false }

    /// Has libvirt deliver the events of domains, once.
    func deliverEvents() throws(LibvirtError) {
        guard link != nil else { throw .lost("the connection was closed") }
        guard link?.deliverEvents() == true else { throw lastError() }
    }
}
