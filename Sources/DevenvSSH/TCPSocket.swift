import CLibSSH2
import DevenvHost
import Glibc
import SystemPackage

/// A TCP connection that never blocks and is closed with its owner.
struct TCPSocket: ~Copyable {
    let descriptor: FileDescriptor

    private init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

    deinit {
        try? descriptor.close()  // whoever wanted the last bytes to arrive has waited for an answer
    }

    /// Begins to connect; `isConnected` says what became of it, and may be asked when the socket is writable.
    static func connecting(to address: SocketAddress) throws(Errno) -> TCPSocket {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(address.family, type, 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        let socket = TCPSocket(FileDescriptor(rawValue: descriptor))
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

/// Where a TCP connection leads.
struct SocketAddress {
    private let bytes: [UInt8]
    let family: Int32

    /// The addresses of a host, in the order of preference; asks the resolver, so it may block.
    static func resolve(_ host: String, port: UInt16) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, "\(port)", &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            let raw = unsafe UnsafeRawBufferPointer(start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
            unsafe addresses.append(SocketAddress(bytes: Array(raw), family: entry.pointee.ai_family))
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }

    fileprivate func connect(_ descriptor: Int32) -> Int32 {
        unsafe bytes.withUnsafeBytes { raw in
            guard let address = unsafe raw.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            return unsafe Glibc.connect(descriptor, address, socklen_t(raw.count))
        }
    }
}
