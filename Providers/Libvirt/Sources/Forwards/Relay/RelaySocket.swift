import DevenvHost
import DevenvModel
import Glibc
import SystemPackage

/// The socket calls of a relay, none of which waits.
enum RelaySocket {
    /// A connection from a listening socket; nil where there is none.
    static func accept(_ listener: Int32) throws(Errno) -> Int32? {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else {
            switch Errno(rawValue: errno) {
            case .wouldBlock, .interrupted, .connectionAbort: return nil
            case let error: throw error
            }
        }
        // what is started for other clients must not hold this one's connection open
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        stopWaiting(on: client)
        return client
    }

    /// A socket that is connected, or on its way to be, to an address; nil where there is no way there.
    static func connect(_ type: __socket_type, to target: SocketAddress) -> Int32? {
        let server = socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard server >= 0 else { return nil }
        let result = unsafe target.withPointer { unsafe Glibc.connect(server, $0, $1) }
        guard result != 0, errno != EINPROGRESS else { return server }
        close(server)
        return nil
    }

    /// The error that a socket has met, as what connecting it came to.
    static func error(of socket: Int32) -> Errno? {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size)
        return error == 0 ? nil : Errno(rawValue: error)
    }

    /// From now on calls on the socket return rather than wait.
    static func stopWaiting(on socket: Int32) {
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
    }

    /// Sends small parts at once, as both ends do so themselves, and notices within two minutes when the other side is gone:
    /// a machine that is switched off says nothing.
    static func tune(_ socket: Int32) {
        set(socket, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(socket, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(socket, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 60)
        set(socket, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
        set(socket, Int32(IPPROTO_TCP), TCP_KEEPCNT, 6)
    }

    /// Closes a connection so that the other side sees it break off (RST), not end.
    static func abort(_ socket: Int32) {
        var now = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close(socket)
    }

    private static func set(_ socket: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
