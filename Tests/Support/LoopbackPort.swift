import Glibc
package import SystemPackage

/// Ports of 127.0.0.1.
package enum LoopbackPort {
    /// A port that nobody listens on at the moment. Below those that the kernel gives to outgoing connections (ip(7),
    /// ip_local_port_range): one of these may be taken by any connection before the test uses it.
    package static func free() throws -> UInt16 {
        while true {
            let port = UInt16.random(in: 10_000..<32_000)
            guard let (socket, _) = try? bound(to: port) else { continue }  // it is taken: another one then
            try socket.close()
            return port
        }
    }

    /// A socket that listens and is never read, on a port of its own; the caller closes it. Connections to it succeed,
    /// and then nothing comes.
    package static func silent() throws -> (socket: FileDescriptor, port: UInt16) {
        let (socket, port) = try bound()
        guard listen(socket.rawValue, 16) == 0 else { throw Errno(rawValue: errno) }
        return (socket, port)
    }

    /// Whether somebody has connected to a listening socket.
    package static func hasClient(_ socket: FileDescriptor) throws -> Bool {
        var polled = pollfd(fd: socket.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, 0) > 0
    }

    private static func bound(to port: UInt16 = 0) throws -> (socket: FileDescriptor, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Errno(rawValue: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        guard isBound else { throw Errno(rawValue: errno) }
        return (FileDescriptor(rawValue: socket), UInt16(bigEndian: address.sin_port))
    }
}
