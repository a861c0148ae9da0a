import CLibSSH2
import Glibc

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

    func connect(_ descriptor: Int32) -> Int32 {
        unsafe bytes.withUnsafeBytes { raw in
            guard let address = unsafe raw.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            return unsafe Glibc.connect(descriptor, address, socklen_t(raw.count))
        }
    }
}
