/// What a call of libvirt is about.
enum LibvirtTarget: Hashable, Sendable {
    /// The connection itself.
    case connection
    /// The domain of a UUID.
    case domain(DomainID)
    /// The snapshot of a name.
    case snapshot(String, of: DomainID)
    /// The network of a name.
    case network(String)
    /// The storage pool of a name.
    case pool(String)
    /// The volume of a name.
    case volume(String, in: String)
}
