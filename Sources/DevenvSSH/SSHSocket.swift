import DevenvHost
import Glibc
import SystemPackage

/// A connection to an SSH server that never blocks and is closed with its owner: over TCP, or a socket that a program serves.
struct SSHSocket: ~Copyable {
    let descriptor: FileDescriptor

    /// What serves the other end where that is no peer on the network.
    let program: ConnectedProgram?

    private init(_ descriptor: FileDescriptor, program: ConnectedProgram? = nil) {
        self.descriptor = descriptor
        self.program = program
    }

    deinit {
        try? descriptor.close()  // whoever wanted the last bytes to arrive has waited for an answer
    }

    /// Starts a program whose standard input and output lead to the server.
    static func through(_ words: [String]) throws(Errno) -> SSHSocket {
        let (program, socket) = try ConnectedProgram.start(words)
        return SSHSocket(socket, program: program)
    }

    /// Begins to connect; `isConnected` says what became of it, and may be asked when the socket is writable.
    static func connecting(to address: SocketAddress) throws(Errno) -> SSHSocket {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(address.family, type, 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        let socket = SSHSocket(FileDescriptor(rawValue: descriptor))
        // Small packets go out at once; without it each command costs a delayed acknowledgement of 40 ms.
        socket.set(IPPROTO_TCP, TCP_NODELAY, 1)
        // A peer that no longer acknowledges what it was sent is gone after this many milliseconds.
        socket.set(IPPROTO_TCP, TCP_USER_TIMEOUT, 30_000)
        guard address.connect(descriptor) != 0, errno != EINPROGRESS else { return socket }
        throw Errno(rawValue: errno)
    }

    /// Whether the connection stands; false while that is open, an error when it can't be had.
    func isConnected() throws(Errno) -> Bool {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        let status = unsafe getsockopt(descriptor.rawValue, SOL_SOCKET, SO_ERROR, &code, &length)
        guard status == 0, code == 0 else { throw Errno(rawValue: status == 0 ? code : errno) }
        var peer = sockaddr()
        length = socklen_t(MemoryLayout<sockaddr>.size)
        return unsafe getpeername(descriptor.rawValue, &peer, &length) == 0
    }

    /// Whether the peer has ended the connection, or left bytes that nobody has asked for.
    var isEnded: Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor.rawValue, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)
    }

    /// Whether a read would not have to wait: for bytes, for the end or for an error.
    var isReadable: Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor.rawValue, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) >= 0
            || (errno != EAGAIN && errno != EINTR)
    }

    /// Acknowledges what has been read at once: the peer's next small packet may wait for it. The kernel forgets this
    /// again, so that it is said after each read.
    func acknowledge() { set(IPPROTO_TCP, TCP_QUICKACK, 1) }

    /// Ends the connection in both directions; everything that waits for the socket wakes up.
    func shutDown() { shutdown(descriptor.rawValue, Int32(SHUT_RDWR)) }

    private func set(_ level: some BinaryInteger, _ option: Int32, _ value: Int32) {
        var value = value
        // these only make a connection faster; without them it works all the same
        _ = unsafe setsockopt(
            descriptor.rawValue, Int32(level), option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
