import CLibvirt

/// A reference to an open connection of libvirt, with the callbacks that were registered by it. All go together, as a
/// callback holds on to its connection.
@safe struct Link: ~Copyable, Sendable {
    // connections of libvirt may be used by several threads at once
    private nonisolated(unsafe) let pointer: OpaquePointer
    private let api: devenv_libvirt
    private let listeners: LibvirtListeners
    private let isOwner: Bool
    private var callbacks: [Int32] = []

    /// How often an idle daemon is asked whether it is there, in seconds, and how many of these questions may go
    /// unanswered.
    private static let keepAlive: (interval: Int32, count: UInt32) = (5, 3)

    /// Takes over a new connection, and has its end told to the listeners.
    init(_ pointer: OpaquePointer, _ api: devenv_libvirt, _ listeners: LibvirtListeners) {
        unsafe self.init(pointer, api, listeners, isOwner: true)
        // neither works where there is no daemon, as with test:///default; nothing can get lost there either
        _ = unsafe api.virConnectSetKeepAlive(pointer, Self.keepAlive.interval, Self.keepAlive.count)
        let context = unsafe Unmanaged.passRetained(listeners).toOpaque()
        if unsafe api.virConnectRegisterCloseCallback(
            pointer, LibvirtListeners.closed, context, LibvirtListeners.release) != 0
        {
            unsafe LibvirtListeners.release(context)
        }
    }

    private init(_ pointer: OpaquePointer, _ api: devenv_libvirt, _ listeners: LibvirtListeners, isOwner: Bool) {
        unsafe self.pointer = pointer
        self.api = api
        self.listeners = listeners
        self.isOwner = isOwner
    }

    deinit {
        for callback in callbacks { _ = unsafe api.virConnectDomainEventDeregisterAny(pointer, callback) }
        if isOwner { _ = unsafe api.virConnectUnregisterCloseCallback(pointer, LibvirtListeners.closed) }
        _ = unsafe api.virConnectClose(pointer)
    }

    /// Another reference to the same connection, for another thread; libvirt's connections may be used by many.
    borrowing func shared() -> Link {
        _ = unsafe api.virConnectRef(pointer)
        return unsafe Link(pointer, api, listeners, isOwner: false)
    }

    /// Lends the connection for one call.
    @safe borrowing func lend<Value, Failure>(_ call: (OpaquePointer) throws(Failure) -> Value) throws(Failure) -> Value
    {
        try unsafe call(pointer)
    }

    /// Has libvirt deliver the events of all domains, once; false where it refuses.
    mutating func deliverEvents() -> Bool {
        for callback in LibvirtListeners.callbacks.dropFirst(callbacks.count) {
            let context = unsafe Unmanaged.passRetained(listeners).toOpaque()
            let number = unsafe api.virConnectDomainEventRegisterAny(
                pointer, nil, Int32(callback.kind.rawValue), callback.function, context, LibvirtListeners.release)
            guard number >= 0 else {
                unsafe LibvirtListeners.release(context)
                return false
            }
            callbacks.append(number)
        }
        return true
    }
}
