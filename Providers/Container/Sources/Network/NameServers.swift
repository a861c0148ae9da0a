import DevenvHost
import DevenvModel
import Dispatch
import Glibc
import SystemPackage

/// Which of this host's name servers answer.
enum NameServers {
    /// How long a server may take to answer. Whoever waits for it, waits while a machine starts.
    static let patience = Duration.milliseconds(150)
    /// A verdict that a server is there, or is not, holds for this long: a host with a dead server is asked once a
    /// minute.
    private static let memory = 60

    /// What machines may use of the host's resolv.conf. Waits for answers on a thread of its own.
    static func usable(remembering note: FilePath) async -> ResolverFile {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: usableNow(remembering: note)) }
        }
    }

    private static func usableNow(remembering note: FilePath) -> ResolverFile {
        let file = configured()
        guard !file.servers.isEmpty else { return file }
        let question = file.servers.map(\.description).joined(separator: " ")
        if let known = recall(question, from: note) { return ResolverFile(servers: known, search: file.search) }
        let answering = file.servers.filter(probe(file.servers).contains)
        let verdict = "\(time(nil))\n\(question)\n\(answering.map(\.description).joined(separator: " "))\n"
        try? AtomicFile.write(Array(verdict.utf8), to: note, durable: false)  // a lost verdict is asked for again
        return ResolverFile(servers: answering, search: file.search)
    }

    /// systemd-resolved answers on loopback and keeps the real servers in a file of its own.
    private static func configured() -> ResolverFile {
        for path: FilePath in ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"] {
            // an unreadable file is as good as none: the machine then has no server
            guard let bytes = try? HostFiles.read(path, limit: 64 << 10) else { continue }
            let file = ResolverFile.read(String(decoding: bytes, as: UTF8.self))
            if !file.servers.isEmpty { return file }
        }
        return ResolverFile(servers: [])
    }

    private static func recall(_ question: String, from note: FilePath) -> [IPv4Address]? {
        guard let bytes = try? HostFiles.read(note, limit: 4096) else { return nil }  // then the servers are asked
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, let asked = Int(lines[0]), lines[1] == question else { return nil }
        guard (0...memory).contains(time(nil) - asked) else { return nil }
        return lines[2].split(separator: " ").compactMap { IPv4Address(String($0)) }
    }

    /// The servers that answer the question for the root's name servers, which every resolver knows (RFC 1035, 4.1).
    private static func probe(_ servers: [IPv4Address]) -> Set<IPv4Address> {
        let query: [UInt8] = [0xDE, 0x5E, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1]
        var waiting: [Int32: IPv4Address] = [:]
        for server in servers {
            let socket = DatagramSocket.connected(to: server, port: 53)
            guard socket >= 0 else { continue }
            if send(socket, query, query.count, 0) == query.count { waiting[socket] = server } else { close(socket) }
        }
        defer { for socket in waiting.keys { close(socket) } }
        return answers(from: waiting)
    }

    private static func answers(from sockets: [Int32: IPv4Address]) -> Set<IPv4Address> {
        var waiting = sockets
        var answered: Set<IPv4Address> = []
        let deadline = ContinuousClock.now + patience
        while !waiting.isEmpty, case let left = ContinuousClock.now.duration(to: deadline), left > .zero {
            var polls = waiting.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polls, nfds_t(polls.count), Int32(left.milliseconds) + 1) > 0 else { break }
            for ready in polls where ready.revents != 0 {
                let server = waiting.removeValue(forKey: ready.fd)
                var buffer = [UInt8](repeating: 0, count: 512)
                if recv(ready.fd, &buffer, buffer.count, 0) >= 12, let server { answered.insert(server) }
            }
        }
        return answered
    }
}

/// UDP sockets.
enum DatagramSocket {
    /// A non-blocking socket with one peer; -1 where the host has no way there.
    static func connected(to address: IPv4Address, port: UInt16) -> Int32 {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { return -1 }
        guard SocketAddress(address, port).withPointer({ connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            return -1
        }
        return descriptor
    }
}
