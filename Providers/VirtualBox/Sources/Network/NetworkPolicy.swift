import DevenvHost
import DevenvModel
import SystemPackage

/// What VirtualBox itself allows host-only networks to be, since 6.1.28: nothing but 192.168.56.0/21, or nothing but what
/// the administrator of the host has written down. As its program VBoxNetAdpCtl judges it, even for root.
struct NetworkPolicy: Hashable, Sendable {
    /// The ranges that networks have to lie in.
    let ranges: [IPv4Subnet]
    /// The file that says so, or that is to say something else.
    let file: FilePath

    /// What is allowed where there is no file.
    static let usual = IPv4Subnet(IPv4Address(value: 0xC0A8_3800), prefixLength: 21)

    /// Reads a file; one that is not there allows what is usual, one that can't be read nothing.
    init(_ file: FilePath) {
        guard HostFiles.exists(file) else {
            ranges = [Self.usual]
            self.file = file
            return
        }
        let bytes = ((try? HostFiles.read(file)) ?? nil) ?? []  // VirtualBox can't read it either
        ranges = Self.ranges(in: String(decoding: bytes, as: UTF8.self))
        self.file = file
    }

    /// Lines of `* 10.0.0.0/8 192.168.0.0/16`, with the star as a word of its own. What is no subnet is passed over, and an
    /// address alone is a subnet of one.
    static func ranges(in text: String) -> [IPv4Subnet] {
        text.split(separator: "\n").flatMap { line -> [IPv4Subnet] in
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.first == "*" else { return [] }
            return words.dropFirst().compactMap { range(String($0)) }
        }
    }

    /// Unlike in the Envfile, bits behind the prefix may be set.
    private static func range(_ text: String) -> IPv4Subnet? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPv4Address(String(first)), parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return IPv4Subnet(address, prefixLength: 32) }
        guard let length = Int(parts[1]), (0...32).contains(length) else { return nil }
        return IPv4Subnet(address, prefixLength: length)
    }

    /// Whether a whole subnet lies in one of the ranges.
    func allows(_ subnet: IPv4Subnet) -> Bool {
        ranges.contains { $0.prefixLength <= subnet.prefixLength && $0.contains(subnet.address) }
    }

    /// Why a network can't be host-only.
    func refusal(of network: NetworkName, _ subnet: IPv4Subnet) -> String {
        let allowed = ranges.isEmpty ? "none" : ranges.map(\.description).joined(separator: ", ")
        let source = HostFiles.exists(file) ? "by '\(file)'" : "as long as there is no '\(file)'"
        return "the network '\(network)' (\(subnet)) can't be host-only: VirtualBox allows \(allowed) \(source)"
    }

    /// What to do about it.
    func cure(for subnet: IPv4Subnet) -> String {
        let inside = ranges.first.map { "give the network a 'subnet' in \($0), or " } ?? ""
        return "\(inside)add the line '* \(subnet)' to '\(file)', or say 'networks: internal' in the virtualbox options"
    }
}
