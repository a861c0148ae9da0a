/// A change of an active network that its machines don't notice.
package struct NetworkChange: Hashable, Sendable {
    /// What is done.
    package let update: NetworkUpdate
    /// To what.
    package let section: NetworkSection
    /// With what.
    package let element: XMLElement
}

extension NetworkDescription {
    /// The changes that make this network another one of the same subnet, in an order that libvirt takes: it refuses an entry
    /// as long as another one shares anything with it, and can't modify names.
    package func changes(to wanted: NetworkDescription) -> [NetworkChange] {
        let newLeases = wanted.leases.filter { !leases.contains($0) }
        let oldLeases = leases.filter { !wanted.leases.contains($0) }
        let modified = newLeases.filter { new in
            oldLeases.contains { $0.name == new.name }
                && !oldLeases.contains { $0.name != new.name && $0.collides(with: new) }
        }
        let stale = oldLeases.filter { old in !modified.contains { $0.name == old.name } }
        let added = newLeases.filter { !modified.contains($0) }
        return stale.map { NetworkChange(update: .delete, section: .dhcpHost, element: $0.xml) }
            + modified.map { NetworkChange(update: .modify, section: .dhcpHost, element: $0.xml) }
            + added.map { NetworkChange(update: .add, section: .dhcpHost, element: $0.xml) }
            + names.filter { !wanted.names.contains($0) }
            .map { NetworkChange(update: .delete, section: .dnsHost, element: $0.dnsElement) }
            + wanted.names.filter { !names.contains($0) }
            .map { NetworkChange(update: .add, section: .dnsHost, element: $0.dnsElement) }
    }
}
