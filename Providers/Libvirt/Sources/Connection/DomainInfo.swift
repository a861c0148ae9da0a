/// What is known of a domain without asking it.
package struct DomainInfo: Hashable, Sendable {
    /// Its UUID.
    package let id: DomainID
    /// Its name.
    package let name: String
    /// What it is doing.
    package let state: DomainState
    /// Whether a hypervisor process exists for it: it runs, is paused, or is on its way.
    package let isActive: Bool
    /// Whether the next start continues a saved one.
    package let hasManagedSave: Bool
    /// Whether it stays defined when it stops.
    package let isPersistent: Bool
}
