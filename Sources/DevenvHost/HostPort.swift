package import DevenvModel
import Glibc
package import SystemPackage

/// Ports of this host and who listens on them.
package enum HostPort {
    /// What binding a forward's port says.
    package enum Verdict: Hashable, Sendable {
        /// Nobody listens there.
        case free
        /// Somebody does.
        case taken
        /// The address is none of this host.
        case foreignAddress
        /// Another reason.
        case refused(Errno)

        /// What an error of bind(2) or listen(2) says.
        package init(_ error: Errno) {
            self =
                switch error {
                case .addressInUse: .taken
                case .addressNotAvailable: .foreignAddress
                default: .refused(error)
                }
        }
    }

    /// A port of 127.0.0.1 that is free now, among those that no system hands out by itself and few programs have by custom.
    /// `refused`: those that are not to be chosen, free as they may be.
    package static func unused(except refused: Set<UInt16> = []) -> UInt16 {
        let range: ClosedRange<UInt16> = 22000...29999
        let isFree: (UInt16) -> Bool = {
            !refused.contains($0) && probe(PortForward(host: $0, guest: $0)) == .free
        }
        let drawn = (0..<100).lazy.map { _ in UInt16.random(in: range) }
        return drawn.first(where: isFree) ?? range.first(where: isFree) ?? range.lowerBound
    }

    /// Tries to bind; nothing stays bound.
    package static func probe(_ forward: PortForward) -> Verdict {
        do {
            let socket = try bind(forward)
            try? socket.close()  // nothing was sent
            return .free
        } catch {
            return Verdict(error)
        }
    }

    /// A socket that has the port until its last copy is closed: whoever asks for the port from now on is told that it is
    /// taken. One of TCP listens, so that connections wait in its queue even while nobody accepts them.
    package static func claim(_ forward: PortForward) throws(Errno) -> FileDescriptor {
        let socket = try bind(forward)
        // two may be bound to a port that nobody listens on yet: the kernel lets the first of them listen
        guard forward.transport == .udp || listen(socket.rawValue, SOMAXCONN) == 0 else {
            let error = Errno(rawValue: errno)
            try? socket.close()  // nobody could connect to it
            throw error
        }
        return socket
    }

    private static func bind(_ forward: PortForward) throws(Errno) -> FileDescriptor {
        let type = forward.transport == .tcp ? SOCK_STREAM : SOCK_DGRAM
        let descriptor = socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        // connections that are closing don't count, listeners do (socket(7)); for UDP it would let two share the port
        var reuse: Int32 = forward.transport == .tcp ? 1 : 0
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        guard SocketAddress(forward.address, forward.host).withPointer({ Glibc.bind(descriptor, $0, $1) }) == 0 else {
            let error = Errno(rawValue: errno)
            close(descriptor)
            throw error
        }
        return FileDescriptor(rawValue: descriptor)
    }

    /// The process that listens where the forward would, as far as it can be known: `nginx (process 812)`.
    package static func holder(of forward: PortForward) -> String? {
        let sockets = listeners(of: forward)
        guard !sockets.isEmpty else { return nil }
        for process in (try? HostFiles.list("/proc")) ?? [] where Int(process) != nil {  // it only serves a message
            let descriptors = FilePath("/proc/\(process)/fd")
            let links = (try? HostFiles.list(descriptors)) ?? []  // processes come and go
            guard
                links.contains(where: {
                    sockets.contains(HostFiles.target(of: descriptors.appending($0))?.string ?? "")
                })
            else { continue }
            let name = (try? HostFiles.read(FilePath("/proc/\(process)/comm"), limit: 256)) ?? nil
            return "\(String(decoding: name ?? [], as: UTF8.self).filter { $0 != "\n" }) (process \(process))"
        }
        return nil
    }

    /// The sockets in proc(5) net/tcp, net/udp and their IPv6 twins that are bound to the port.
    private static func listeners(of forward: PortForward) -> Set<String> {
        let digits = String(forward.host, radix: 16, uppercase: true)
        let port = ":" + String(repeating: "0", count: 4 - digits.count) + digits
        var sockets: Set<String> = []
        for file in ["/proc/net/\(forward.transport)", "/proc/net/\(forward.transport)6"] {
            guard let bytes = try? HostFiles.read(FilePath(file)) else { continue }  // no IPv6 on this host
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ", omittingEmptySubsequences: true)
                guard fields.count > 9, fields[1].hasSuffix(port) else { continue }
                guard forward.transport == .udp || fields[3] == "0A" else { continue }
                sockets.insert("socket:[\(fields[9])]")
            }
        }
        return sockets
    }
}
