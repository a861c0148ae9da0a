import DevenvHost
import DevenvModel
import DevenvTestSupport
import Dispatch
import Glibc
import SystemPackage

/// A socket of a test, whose calls wait at most a minute, on threads of their own.
struct TestSocket: Sendable {
    let descriptor: Int32

    init(_ transport: PortForward.Transport) throws {
        let type = transport == .tcp ? SOCK_STREAM : SOCK_DGRAM
        self.init(descriptor: socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0))
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    }

    init(descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// A socket with one peer.
    static func connected(_ transport: PortForward.Transport, to address: SocketAddress) async throws -> TestSocket {
        let socket = try TestSocket(transport)
        try await blocking {
            guard address.withPointer({ connect(socket.descriptor, $0, $1) }) == 0 else { throw Errno(rawValue: errno) }
        }
        return socket
    }

    func send(_ bytes: [UInt8]) async throws {
        try await blocking { try sendNow(bytes) }
    }

    /// What comes next: a datagram, or some of the stream; empty at its end.
    func receive() async throws -> [UInt8] {
        try await blocking { try receiveNow() }
    }

    /// What comes until the end.
    func receiveAll() async throws -> [UInt8] {
        try await blocking {
            var all: [UInt8] = []
            while case let part = try receiveNow(), !part.isEmpty { all += part }
            return all
        }
    }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() { Glibc.close(descriptor) }

    func receiveNow() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return Array(buffer.prefix(count))
    }

    func sendNow(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        repeat {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count >= 0 else { throw Errno(rawValue: errno) }
            rest = rest.dropFirst(count)
        } while !rest.isEmpty
    }
}

/// Runs what blocks on a thread that may.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
    }
}

/// What a machine would run: a server at an address of its own in 127.0.0.0/8, until the body ends.
struct LoopbackServer {
    let address: SocketAddress
    private let listener: TestSocket

    /// How it answers.
    enum Manner {
        /// Each part at once.
        case echo
        /// Everything, with how much it was, once the client has ended.
        case echoAtEnd
    }

    /// Serves TCP.
    static func tcp<Value>(
        _ manner: Manner = .echo, at address: IPv4Address = randomAddress(), port: UInt16 = 7,
        isolation: isolated (any Actor)? = #isolation, _ body: (LoopbackServer) async throws -> Value
    ) async throws -> Value {
        let forward = PortForward(address: address, host: port, guest: 0)
        let listener = TestSocket(descriptor: try HostPort.claim(forward).rawValue)
        defer {
            shutdown(listener.descriptor, Int32(SHUT_RDWR))  // which ends the wait for clients
            listener.close()
        }
        DispatchQueue(label: "server").async {
            while true {
                let client = accept(listener.descriptor, nil, nil)
                if client < 0, errno == EAGAIN { continue }
                guard client >= 0 else { return }
                DispatchQueue(label: "client").async { answer(TestSocket(descriptor: client), manner) }
            }
        }
        return try await body(LoopbackServer(address: SocketAddress(address, port), listener: listener))
    }

    private static func answer(_ client: TestSocket, _ manner: Manner) {
        defer { client.close() }
        var all: [UInt8] = []
        while let part = try? client.receiveNow(), !part.isEmpty {  // a client that breaks off gets no answer
            if manner == .echoAtEnd { all += part } else { try? client.sendNow(part) }
        }
        if manner == .echoAtEnd { try? client.sendNow(Array("\(all.count):".utf8) + all) }
    }

    /// Serves UDP: answers each datagram with the sender's port and its content.
    static func udp<Value>(
        at address: IPv4Address = randomAddress(), port: UInt16 = 7,
        isolation: isolated (any Actor)? = #isolation, _ body: (LoopbackServer) async throws -> Value
    ) async throws -> Value {
        let forward = PortForward(address: address, host: port, guest: 0, transport: .udp)
        let socket = TestSocket(descriptor: try HostPort.claim(forward).rawValue)
        defer {
            shutdown(socket.descriptor, Int32(SHUT_RDWR))
            socket.close()
        }
        DispatchQueue(label: "server").async { while answerDatagram(socket.descriptor) {} }
        return try await body(LoopbackServer(address: SocketAddress(address, port), listener: socket))
    }

    private static func answerDatagram(_ socket: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 2048)
        var from = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &from) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { sender in
                let count = recvfrom(socket, &buffer, buffer.count, 0, sender, &size)
                guard count >= 0, size > 0 else { return count < 0 && errno == EAGAIN }
                let answer = Array("\(UInt16(bigEndian: pointer.pointee.sin_port)):".utf8) + buffer.prefix(count)
                return sendto(socket, answer, answer.count, 0, sender, size) >= 0
            }
        }
    }

    /// An address of this host that no other test uses.
    static func randomAddress() -> IPv4Address {
        IPv4Address(value: 0x7F00_0000 | UInt32.random(in: 0x10000...0xFFFFF0))
    }
}
