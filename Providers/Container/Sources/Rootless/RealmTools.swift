import DevenvHost
import SystemPackage

/// Runs programs for a process in a realm: those that see to networks in the realm's own, all others in the host's, where this
/// process is.
struct RealmTools: ToolRunner {
    let realm: UserRealm
    let runner: any ToolRunner

    /// Runs a program to its end.
    func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        try await runner.run(Self.place(invocation, in: realm))
    }

    /// The call as it is made in a realm. Pure.
    static func place(_ call: ToolInvocation, in realm: UserRealm) -> ToolInvocation {
        guard ["ip", "nft"].contains(call.tool) else { return call }
        var placed = call
        placed.tool = "nsenter"
        placed.arguments = ["--net=\(realm.namespace("net"))", "--", call.tool] + call.arguments
        return placed
    }
}

/// The network interfaces of this host, or of the realm that this process is in.
enum Links {
    /// The directory with a link for each, sysfs(5) class/net.
    static var directory: FilePath {
        UserRealm.current.map { RealmPlace($0).system.appending("class").appending("net") } ?? "/sys/class/net"
    }
}
