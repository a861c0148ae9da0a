import CSyscalls
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import FoundationEssentials
import Glibc
import SystemPackage

/// The socket on which slirp4netns(1) takes orders: one JSON object and its answer for each connection.
struct SlirpSocket: Sendable {
    /// Where it is.
    let path: FilePath

    /// An order.
    struct Order: Encodable, Hashable, Sendable {
        var execute: String
        var arguments = Arguments()
    }

    /// What an order is about.
    struct Arguments: Encodable, Hashable, Sendable {
        var proto: String?
        var host_addr: String?
        var host_port: UInt16?
        var guest_addr: String?
        var guest_port: UInt16?
        var id: Int?
    }

    /// A port of the host that leads into the realm.
    struct Entry: Decodable, Hashable, Sendable {
        let id: Int
        let proto: String
        let host_addr: String
        let host_port: UInt16
    }

    /// What it says to an order.
    struct Answer: Decodable {
        /// The ports, to an order to list them.
        let entries: [Entry]
        /// Why it refuses.
        let error: String?

        private enum Key: String, CodingKey { case `return`, error, entries, desc }

        /// Reads an answer. Versions up to 1.2 give the ports bare, not as the `return` that slirp4netns(1) describes.
        init(from decoder: any Decoder) throws {
            let all = try decoder.container(keyedBy: Key.self)
            let value = try all.contains(.return) ? all.nestedContainer(keyedBy: Key.self, forKey: .return) : all
            entries = try value.decodeIfPresent([Entry].self, forKey: .entries) ?? []
            let failure = try all.contains(.error) ? all.nestedContainer(keyedBy: Key.self, forKey: .error) : nil
            error = try failure?.decode(String.self, forKey: .desc)
        }
    }

    /// Whether somebody listens: the process, or nil.
    var process: Int32? {
        guard let socket = try? connect() else { return nil }  // then nobody does
        defer { close(socket) }
        let process = devenv_peer_process(socket)
        return process > 0 ? process : nil
    }

    /// The ports that lead into the realm.
    func entries() throws(ProviderError) -> [Entry] {
        try send(Order(execute: "list_hostfwd"), "listing the realm's ports").entries
    }

    /// Has a port lead to an address in the realm.
    func add(_ forward: PortForward, to address: IPv4Address) throws(ProviderError) {
        _ = try send(Self.addition(forward, to: address), "forwarding \(forward)")
    }

    /// The order to do so. Pure.
    static func addition(_ forward: PortForward, to address: IPv4Address) -> Order {
        Order(
            execute: "add_hostfwd",
            arguments: Arguments(
                proto: forward.transport.rawValue, host_addr: forward.address.description, host_port: forward.host,
                guest_addr: address.description, guest_port: forward.host))
    }

    /// Gives a port back.
    func remove(_ entry: Entry) throws(ProviderError) {
        _ = try send(Order(execute: "remove_hostfwd", arguments: Arguments(id: entry.id)), "giving back a port")
    }

    private func send(_ order: Order, _ attempt: String) throws(ProviderError) -> Answer {
        let bytes = try ProviderError.translate { () throws(HostError) in try exchange(order, attempt) }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(bytes)) else {  // no JSON is no answer
            throw .failed("\(attempt): slirp4netns gave no answer", help: "run the command again")
        }
        if let error = answer.error { throw .failed("\(attempt): slirp4netns refuses: \(error)") }
        return answer
    }

    private func exchange(_ order: Order, _ attempt: String) throws(HostError) -> [UInt8] {
        let socket = FileDescriptor(rawValue: try connect())
        return try HostError.wrap(attempt, path) {
            try socket.closeAfter {
                _ = try socket.writeAll(try JSONEncoder().encode(order))
                shutdown(socket.rawValue, Int32(SHUT_WR))
                var answer: [UInt8] = []
                var chunk = [UInt8](repeating: 0, count: 16 << 10)
                while case let count = try chunk.withUnsafeMutableBytes({ try socket.read(into: $0) }), count > 0 {
                    answer += chunk.prefix(count)
                }
                return answer
            }
        }
    }

    /// A connected socket, which the caller closes.
    private func connect() throws(HostError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HostError("connecting to", path, Errno(rawValue: errno)) }
        guard devenv_connect_local(descriptor, path.string) == 0 else {
            let error = Errno(rawValue: errno)
            close(descriptor)
            throw HostError("connecting to", path, error)
        }
        return descriptor
    }
}
