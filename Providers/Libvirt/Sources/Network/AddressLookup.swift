import DevenvHost
package import DevenvModel
import SystemPackage

/// Finding the addresses of a running machine's cards.
package enum AddressLookup {
    /// The addresses of those of the MACs that have one as far as anybody knows: the DHCP servers of libvirt's networks first,
    /// then this host's table of neighbours, then the guest's agent, each asked only for what those before don't know. Never
    /// fails: a source that can't be asked knows nothing.
    package static func addresses(
        of domain: DomainID, macs: Set<MACAddress>, _ connection: LibvirtConnection
    ) async -> [MACAddress: IPv4Address] {
        var found: [MACAddress: IPv4Address] = [:]
        for ask in [leases, neighbours, agent] {
            let missing = macs.subtracting(found.keys)
            guard !missing.isEmpty else { break }
            for entry in await ask(domain, connection) {
                guard let mac = entry.mac, missing.contains(mac), found[mac] == nil else { continue }
                found[mac] = entry.address
            }
        }
        return found
    }

    private static func leases(_ domain: DomainID, _ connection: LibvirtConnection) async -> [InterfaceAddress] {
        (try? await connection.interfaceAddresses(domain, from: .lease)) ?? []  // no networks of libvirt's, no leases
    }

    private static func agent(_ domain: DomainID, _ connection: LibvirtConnection) async -> [InterfaceAddress] {
        (try? await connection.interfaceAddresses(domain, from: .agent)) ?? []  // most guests have no agent, or not yet
    }

    /// libvirt can ask for this as well, but its version 9.0 does not understand the kernel's answer.
    private static func neighbours(_ domain: DomainID, _ connection: LibvirtConnection) async -> [InterfaceAddress] {
        connection.isOfThisHost ? neighbours() : []
    }

    /// The neighbours of this host that have answered.
    static func neighbours() -> [InterfaceAddress] {
        // without /proc nothing is known of any
        let bytes = (try? HostFiles.read("/proc/net/arp")) ?? nil
        return neighbours(in: String(decoding: bytes ?? [], as: UTF8.self))
    }

    /// The neighbours in the text of /proc/net/arp (arp(7), proc(5)) that have answered.
    package static func neighbours(in text: String) -> [InterfaceAddress] {
        text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count >= 4, let flags = UInt32(fields[2].dropFirst(2), radix: 16), flags & 2 != 0,
                let address = IPv4Address(String(fields[0])), let mac = MACAddress(String(fields[3]))
            else { return nil }
            return InterfaceAddress(mac: mac, address: address)
        }
    }
}
