import DevenvHost
import Glibc
import SystemPackage

/// A client's connection and the one to the machine that was made for it.
struct StreamPair {
    /// How long the machine may take to answer.
    static let patience = Duration.seconds(15)

    private let client: Int32
    private let server: Int32
    private var up: StreamFlow
    private var down: StreamFlow
    /// Until when the machine must have answered; nil once it has.
    private(set) var deadline: ContinuousClock.Instant?

    /// Goes on its way to the machine for a client; nil, with the client turned away, where there is no way.
    init?(_ client: Int32, by route: ForwardRoute) {
        guard let server = Self.server(of: route) else {
            RelaySocket.abort(client)
            return nil
        }
        self.client = client
        self.server = server
        up = StreamFlow(from: client, to: server)
        down = StreamFlow(from: server, to: client)
        deadline = .now + Self.patience
        RelaySocket.tune(client)
        RelaySocket.tune(server)
    }

    private static func server(of route: ForwardRoute) -> Int32? {
        route.program.isEmpty
            ? RelaySocket.connect(SOCK_STREAM, to: route.target) : RelaySocket.start(route.program)
    }

    /// What to wait for on the two sockets. One that nothing is wanted of is left out altogether: poll(2) would report its
    /// end again and again.
    var polled: [pollfd] {
        guard deadline == nil else {
            return [pollfd(fd: -1, events: 0, revents: 0), pollfd(fd: server, events: Int16(POLLOUT), revents: 0)]
        }
        return [Self.entry(client, up, down), Self.entry(server, down, up)]
    }

    private static func entry(_ socket: Int32, _ from: StreamFlow, _ to: StreamFlow) -> pollfd {
        let events = (from.wantsToRead ? POLLIN : 0) | (to.wantsToWrite ? POLLOUT : 0)
        return pollfd(fd: events == 0 ? -1 : socket, events: Int16(events), revents: 0)
    }

    /// Does what can be done after a wait that ended with these two entries. False when both connections are closed.
    mutating func advance(_ polled: ArraySlice<pollfd>, through buffer: inout [UInt8]) -> Bool {
        let isReady = polled.contains { $0.revents != 0 }
        if let deadline {
            guard isReady || deadline <= .now else { return true }
            return finishConnecting(isReady: isReady)
        }
        guard isReady else { return true }
        do throws(Errno) {
            try up.move(through: &buffer)
            try down.move(through: &buffer)
        } catch {
            return abort()
        }
        guard up.isOver, down.isOver else { return true }
        close(client)
        close(server)
        return false
    }

    private mutating func finishConnecting(isReady: Bool) -> Bool {
        guard isReady, RelaySocket.error(of: server) == nil else { return abort() }
        deadline = nil
        return true
    }

    /// What breaks off on one side breaks off on the other.
    private func abort() -> Bool {
        RelaySocket.abort(client)
        RelaySocket.abort(server)
        return false
    }
}
