import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The bridges that stand for VirtualBox's internal networks where a rig in place of the kernel's module runs machines, and that it
/// leaves behind; VirtualBox itself makes none.
enum InternalBridges {
    /// Networks that tests use.
    private static let networks = ["back", "front"]

    static func remove(of project: ProjectID) async throws {
        let present = Set(try HostFiles.list("/sys/class/net"))
        for network in networks {
            let bridge = name(of: "devenv-\(project)-\(network)")
            guard present.contains(bridge) else { continue }
            _ = try await SystemToolRunner().run(ToolInvocation("ip", ["link", "del", bridge]))
        }
    }

    /// What the rig calls the bridge of a network.
    private static func name(of network: String) -> String {
        let hash = network.utf8.reduce(5381 as UInt32) { $0 &* 33 &+ UInt32($1) }
        let digits = String(hash, radix: 16)
        return "vbint" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
