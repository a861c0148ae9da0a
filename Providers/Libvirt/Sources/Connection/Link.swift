import CLibvirt

/// An open connection of libvirt with the callbacks that were registered for it. All go together, as a callback holds
/// on to its connection.
@safe struct Link: ~Copyable {
    private let pointer: OpaquePointer
    private let api: devenv_libvirt
    private var callbacks: [Int32] = []
    private var tellsItsEnd = false

    /// How often an idle daemon is asked whether it is there, in seconds, and how many of these questions may go
    /// unanswered.
    private static let keepAlive: (interval: Int32, count: UInt32) = (5, 3)

    /// Takes over a new connection.
    init(_ pointer: OpaquePointer, _ api: devenv_libvirt) {
        unsafe self.pointer = pointer
        self.api = api
        // does nothing where there is no daemon, as with test:///default; nothing can get lost there either
        _ = unsafe api.virConnectSetKeepAlive(pointer, Self.keepAlive.interval, Self.keepAlive.count)
    }

    deinit {
        for callback in callbacks { _ = unsafe api.virConnectDomainEventDeregisterAny(pointer, callback) }
        if tellsItsEnd { _ = unsafe api.virConnectUnregisterCloseCallback(pointer, LibvirtListeners.closed) }
        _ = unsafe api.virConnectClose(pointer)
    }

    /// Lends the connection for one call.
    @safe borrowing func lend<Value>(_ call: (OpaquePointer) -> Value) -> Value { unsafe call(pointer) }

    /// Has the end of the connection and the events of all domains told to the listeners, once; false where libvirt
    /// refuses, and then what has been registered stays.
    mutating func deliverEvents(to listeners: LibvirtListeners) -> Bool {
        if !tellsItsEnd {
            // a driver without a daemon has no end to tell
            tellsItsEnd =
                unsafe hand(listeners) { context in
                    unsafe api.virConnectRegisterCloseCallback(
                        pointer, LibvirtListeners.closed, context, LibvirtListeners.release)
                } >= 0
        }
        for callback in LibvirtListeners.callbacks.dropFirst(callbacks.count) {
            let number = unsafe hand(listeners) { context in
                unsafe api.virConnectDomainEventRegisterAny(
                    pointer, nil, Int32(callback.kind.rawValue), callback.function, context, LibvirtListeners.release)
            }
            guard number >= 0 else { return false }
            callbacks.append(number)
        }
        return true
    }

    /// Hands a reference to the listeners over to libvirt, unless it refuses.
    private func hand(_ listeners: LibvirtListeners, _ register: (UnsafeMutableRawPointer) -> Int32) -> Int32 {
        let context = unsafe Unmanaged.passRetained(listeners).toOpaque()
        let number = unsafe register(context)
        if number < 0 { unsafe LibvirtListeners.release(context) }
        return number
    }
}
