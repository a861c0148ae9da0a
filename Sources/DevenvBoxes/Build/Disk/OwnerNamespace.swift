package import DevenvHost
import Glibc

/// Who may give files of many owners: root here, or, for everybody else, root of a user name space with the user ids that
/// /etc/subuid grants.
package enum OwnerNamespace: Hashable, Sendable {
    /// This process is root.
    case root
    /// It is not.
    case subordinate

    /// What holds for this process.
    package static var current: OwnerNamespace { geteuid() == 0 ? .root : .subordinate }

    /// The call as it must be made for its files' owners to be those that the program means.
    package func enter(_ call: ToolInvocation) -> ToolInvocation {
        guard self == .subordinate else { return call }
        var entered = call
        entered.tool = "unshare"
        entered.arguments = ["--user", "--map-root-user", "--map-auto", "--", call.tool] + call.arguments
        return entered
    }
}
