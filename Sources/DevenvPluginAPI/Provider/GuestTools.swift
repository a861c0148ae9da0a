/// A hypervisor's own programs inside a machine, as VirtualBox's Guest Additions and QEMU's guest agent are. Nothing needs
/// them; people want to know.
package struct GuestTools: Hashable, Sendable {
    /// What they are called: `Guest Additions`.
    package let name: String
    /// Whether the system inside has made them known since it began to run.
    package let isPresent: Bool
    /// Their version, where they are there and say it.
    package let version: String?

    /// Describes them.
    package init(_ name: String, isPresent: Bool, version: String? = nil) {
        self.name = name
        self.isPresent = isPresent
        self.version = version
    }
}
