import CDatagram
import DevenvHost
import DevenvModel
import Glibc

/// Carries UDP datagrams to a machine. Each client has a port of its own towards the machine, so that the machine tells its
/// clients apart and answers find their way back.
struct DatagramRelay {
    /// Where clients send to.
    let listener: Int32
    /// Where the machine listens.
    let target: SocketAddress

    /// How long a client may be silent and still be known: more than the two minutes that RFC 4787 (section 4.3) asks of
    /// those who translate addresses.
    private static let patience = Duration.seconds(180)
    /// As many clients at once; another one takes the place of the one that was silent longest.
    private static let capacity = 1000
    /// As many datagrams are taken from one socket before others have their turn.
    private static let turn = 64
    private var clients: [DatagramClient.Key: DatagramClient] = [:]
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    init(listener: Int32, target: SocketAddress) {
        self.listener = listener
        self.target = target
    }

    /// Works until the listening socket fails.
    mutating func run() {
        guard devenv_tell_destinations(listener) == 0 else { return }
        while true {
            let present = Array(clients.values)
            var polled = [listener].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            polled += present.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
            let deadline = present.map(\.lastHeard).min().map { $0 + Self.patience }
            let count = unsafe poll(&polled, nfds_t(polled.count), PollTime.until(deadline))
            guard count >= 0 || errno == EINTR else { return }
            for (client, entry) in zip(present, polled.dropFirst()) where entry.revents != 0 { carryBack(client.key) }
            if polled[0].revents != 0 { carryIn() }
            forgetSilent()
        }
    }

    /// Takes what clients sent to the machine. What can't be delivered is lost, as datagrams may be.
    private mutating func carryIn() {
        for _ in 0..<Self.turn {
            var path = devenv_datagram_path()
            let count = unsafe devenv_receive_datagram(listener, &buffer, buffer.count, &path)
            guard count >= 0 else { return }
            guard let client = client(DatagramClient.Key(path)) else { continue }
            unsafe send(client.socket, buffer, count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
        }
    }

    /// Takes what the machine sent back to a client. A machine that refuses datagrams (ICMP, port unreachable) makes the call
    /// fail once, and goes unheard.
    private mutating func carryBack(_ key: DatagramClient.Key) {
        guard let client = client(key) else { return }
        var path = key.path
        for _ in 0..<Self.turn {
            let count = unsafe recv(client.socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count >= 0 else { return }
            unsafe devenv_return_datagram(listener, buffer, count, &path)
        }
    }

    /// A client that has just been heard of; a new one where it is not known. Nil where there is no way to the machine.
    private mutating func client(_ key: DatagramClient.Key) -> DatagramClient? {
        if let known = clients[key] {
            clients[key]?.lastHeard = .now
            return known
        }
        if clients.count >= Self.capacity, let oldest = clients.values.min(by: { $0.lastHeard < $1.lastHeard }) {
            forget(oldest)
        }
        guard let socket = RelaySocket.connect(SOCK_DGRAM, to: target) else { return nil }
        let client = DatagramClient(key: key, socket: socket, lastHeard: .now)
        clients[key] = client
        return client
    }

    private mutating func forgetSilent() {
        let limit = ContinuousClock.now - Self.patience
        for client in clients.values where client.lastHeard <= limit { forget(client) }
    }

    private mutating func forget(_ client: DatagramClient) {
        clients[client.key] = nil
        close(client.socket)
    }
}
