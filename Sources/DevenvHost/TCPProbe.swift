package import DevenvModel
import Glibc

/// Tries ports of machines.
package enum TCPProbe {
    /// Why nothing accepts connections at an address and port, nil where something does.
    package static func connect(to address: IPv4Address, port: UInt16, timeout: Duration) async -> String? {
        let socket = Glibc.socket(
            AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard socket >= 0 else { return reason(errno) }
        defer { close(socket) }
        if SocketAddress(address, port).withPointer({ Glibc.connect(socket, $0, $1) }) == 0 { return nil }
        guard errno == EINPROGRESS else { return reason(errno) }
        let deadline = ContinuousClock.now + timeout
        repeat {
            var entry = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            if poll(&entry, 1, 0) == 1 { return result(of: socket) }
            do { try await Task.sleep(for: .milliseconds(2)) } catch { return "interrupted" }
        } while ContinuousClock.now < deadline
        return "no answer within \(timeout.brief)"
    }

    private static func result(of socket: Int32) -> String? {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size)
        return error == 0 ? nil : reason(error)
    }

    private static func reason(_ error: Int32) -> String { String(cString: strerror(error)).lowercased() }
}
