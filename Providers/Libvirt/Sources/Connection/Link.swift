import CLibvirt

/// An open connection of libvirt and the callbacks that it has. All go together, as callbacks hold on to a connection.
@safe struct Link: ~Copyable {
    private let pointer: OpaquePointer
    private let api: devenv_libvirt
    private let listeners: LibvirtListeners
    private var callbacks: [Int32] = []

    /// How often an idle daemon is asked whether it is there, in seconds, and how many of these questions may go
    /// unanswered.
    private static let keepAlive: (interval: Int32, count: UInt32) = (5, 3)

    /// Takes over a connection.
    init(_ pointer: OpaquePointer, _ api: devenv_libvirt, _ listeners: LibvirtListeners) {
        unsafe self.pointer = pointer
        self.api = api
        self.listeners = listeners
        // neither works where there is no daemon, as with test:///default; nothing can get lost there either
        _ = unsafe api.virConnectSetKeepAlive(pointer, Self.keepAlive.interval, Self.keepAlive.count)
        let context = unsafe Unmanaged.passRetained(listeners).toOpaque()
        if unsafe api.virConnectRegisterCloseCallback(
            pointer, LibvirtListeners.closed, context, LibvirtListeners.release) != 0
        {
            unsafe LibvirtListeners.release(context)
        }
    }

    deinit {
        for callback in callbacks { _ = unsafe api.virConnectDomainEventDeregisterAny(pointer, callback) }
        _ = unsafe api.virConnectUnregisterCloseCallback(pointer, LibvirtListeners.closed)
        _ = unsafe api.virConnectClose(pointer)
    }

    /// Lends the connection for one call.
    @safe borrowing func lend<Value, Failure>(_ call: (OpaquePointer) throws(Failure) -> Value) throws(Failure) -> Value
    {
        try unsafe call(pointer)
    }

    /// Has libvirt deliver the events of all domains, once; false where it refuses.
    mutating func deliverEvents() -> Bool {
        guard callbacks.isEmpty else { return true }
        for callback in LibvirtListeners.callbacks {
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
