import CLibvirt
import Synchronization

/// Those who listen to the events of one connection. libvirt's thread of events speaks, anybody listens.
final class LibvirtListeners: Sendable {
    private struct State {
        var continuations: [Int: AsyncStream<LibvirtEvent>.Continuation] = [:]
        var next = 0
        var isOver = false
    }

    private let state = Mutex(State())

    /// How many events a listener may be behind before it misses the oldest.
    private static let backlog = 1_024

    /// A stream of all events from now on.
    func stream() -> AsyncStream<LibvirtEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: LibvirtEvent.self, bufferingPolicy: .bufferingNewest(Self.backlog))
        let number = state.withLock { state -> Int? in
            guard !state.isOver else { return nil }
            defer { state.next += 1 }
            state.continuations[state.next] = continuation
            return state.next
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.continuations.removeValue(forKey: number) }
        }
        return stream
    }

    /// Tells everybody.
    func tell(_ event: LibvirtEvent) {
        for continuation in state.withLock({ Array($0.continuations.values) }) { continuation.yield(event) }
    }

    /// Ends all streams.
    func finish() {
        let continuations = state.withLock { state in
            state.isOver = true
            defer { state.continuations = [:] }
            return Array(state.continuations.values)
        }
        // outside of the lock: the end of a stream calls back
        for continuation in continuations { continuation.finish() }
    }
}

/// The functions that libvirt calls. Each callback holds a reference to the listeners, which libvirt gives back by
/// `release`.
extension LibvirtListeners {
    /// Gives a reference back.
    static let release: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
        guard let context = unsafe context else { return }
        unsafe Unmanaged<LibvirtListeners>.fromOpaque(context).release()
    }

    /// The connection ended.
    static let closed: @convention(c) (OpaquePointer?, Int32, UnsafeMutableRawPointer?) -> Void = {
        _, reason, context in
        let listeners = unsafe LibvirtListeners.from(context)
        listeners?.tell(.connectionClosed(ConnectionEnd(rawValue: reason) ?? .other))
        listeners?.finish()
    }

    /// What to register for events of domains. libvirt takes callbacks of all types as one.
    static let callbacks = unsafe [
        Callback(kind: VIR_DOMAIN_EVENT_ID_LIFECYCLE, function: unsafe unsafeBitCast(lifecycle, to: AnyCallback.self)),
        Callback(
            kind: VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, function: unsafe unsafeBitCast(ioError, to: AnyCallback.self)),
        Callback(
            kind: VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, function: unsafe unsafeBitCast(agent, to: AnyCallback.self)),
    ]

    /// A function for a kind of events.
    @safe struct Callback {
        let kind: virDomainEventID
        let function: AnyCallback
    }

    /// Any of the callbacks' types.
    typealias AnyCallback = @convention(c) (OpaquePointer?, OpaquePointer?, UnsafeMutableRawPointer?) -> Void

    private typealias Text = UnsafePointer<CChar>?
    private typealias Context = UnsafeMutableRawPointer?

    private static let lifecycle: @convention(c) (OpaquePointer?, OpaquePointer?, Int32, Int32, Context) -> Int32 = {
        _, domain, event, detail, context in
        if let id = unsafe id(of: domain) {
            unsafe from(context)?.tell(.domain(id, DomainChange(event: event, detail: detail)))
        }
        return 0
    }

    private static let ioError:
        @convention(c) (OpaquePointer?, OpaquePointer?, Text, Text, Int32, Text, Context) -> Void = {
            _, domain, source, alias, action, reason, context in
            guard let id = unsafe id(of: domain) else { return }
            let failure = DiskFailure(
                source: unsafe text(source), alias: unsafe text(alias),
                isPaused: action == Int32(VIR_DOMAIN_EVENT_IO_ERROR_PAUSE.rawValue), reason: unsafe text(reason))
            unsafe from(context)?.tell(.ioError(id, failure))
        }

    private static let agent: @convention(c) (OpaquePointer?, OpaquePointer?, Int32, Int32, Context) -> Void = {
        _, domain, state, _, context in
        guard let id = unsafe id(of: domain) else { return }
        let isConnected = state == Int32(VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED.rawValue)
        unsafe from(context)?.tell(.agent(id, isConnected: isConnected))
    }

    private static func from(_ context: Context) -> LibvirtListeners? {
        unsafe context.map { unsafe Unmanaged<LibvirtListeners>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func text(_ text: Text) -> String { unsafe text.map { unsafe String(cString: $0) } ?? "" }

    /// The domain that an event is about. Events only come once the library was loaded.
    private static func id(of domain: OpaquePointer?) -> DomainID? {
        guard let api = try? LibvirtLibrary.functions() else { return nil }  // can't be missing here
        return unsafe DomainID(of: domain, api)
    }
}

extension DomainChange {
    /// Reads libvirt's two numbers.
    init(event: Int32, detail: Int32) {
        switch virDomainEventType(UInt32(bitPattern: event)) {
        case VIR_DOMAIN_EVENT_DEFINED: self = .defined
        case VIR_DOMAIN_EVENT_UNDEFINED: self = .undefined
        case VIR_DOMAIN_EVENT_STARTED: self = .started(StartDetail(rawValue: detail) ?? .other)
        case VIR_DOMAIN_EVENT_SUSPENDED: self = .suspended(SuspendDetail(rawValue: detail) ?? .other)
        case VIR_DOMAIN_EVENT_RESUMED: self = .resumed
        case VIR_DOMAIN_EVENT_STOPPED: self = .stopped(StopDetail(rawValue: detail) ?? .other)
        case VIR_DOMAIN_EVENT_SHUTDOWN: self = .shutdown
        case VIR_DOMAIN_EVENT_PMSUSPENDED: self = .pmSuspended
        case VIR_DOMAIN_EVENT_CRASHED: self = .crashed
        default: self = .other(event: event, detail: detail)
        }
    }
}

extension DomainID {
    /// The UUID of a domain of libvirt; needs no word with the daemon.
    init?(of domain: OpaquePointer?, _ api: devenv_libvirt) {
        var buffer = [CChar](repeating: 0, count: Int(VIR_UUID_STRING_BUFLEN))
        guard unsafe api.virDomainGetUUIDString(domain, &buffer) == 0 else { return nil }
        self.init(String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
