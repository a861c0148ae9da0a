import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// A project of a test's own whose machines have forwards. When the body ends, however it ends, no process that says whose
/// it is may be left.
struct ForwardFixture {
    let project: ProjectID
    let supervisor = ForwardSupervisor(relay: RelayProgram(BuiltProgram.devenv))

    static func with(_ body: (ForwardFixture) async throws -> Void) async throws {
        let fixture = ForwardFixture(project: ProjectID(unchecked: hexadecimal()))
        defer { for process in fixture.processes { kill(process, SIGKILL) } }
        try await body(fixture)
        for process in Set(fixture.processes.map { getsid($0) }) { kill(-process, SIGKILL) }
        try await eventually("no process is left") { fixture.processes.isEmpty }
    }

    /// A machine, the same for the same name.
    func machine(_ name: String = "web") -> MachineIdentity {
        let digits = name.utf8.map { String($0, radix: 16) }.joined()
        return MachineIdentity(
            project: project,
            machine: MachineID(unchecked: String((digits + project.rawValue).prefix(16))),
            projectName: ProjectName(unchecked: "shop"), name: MachineName(unchecked: name))
    }

    /// Every process whose arguments hold the project's id: found without the provider's own code.
    var processes: [pid_t] { ProcessTable.processes(withArgument: project.rawValue) }

    /// The process that watches over a forward.
    func watcher(of forward: PortForward) throws -> pid_t {
        try #require(processes(of: forward).first { getsid($0) == $0 })
    }

    /// The process that relays, which the other has started.
    func relay(of forward: PortForward) throws -> pid_t {
        let watcher = try watcher(of: forward)
        return try #require(processes(of: forward).first { $0 != watcher })
    }

    private func processes(of forward: PortForward) -> [pid_t] {
        let own = Set(processes)
        return ProcessTable.processes(withArgument: "\(forward.address):\(forward.host)").filter(own.contains)
    }

    private static func hexadecimal() -> String {
        let text = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}

extension PortForward {
    /// Where it begins.
    var begin: SocketAddress { SocketAddress(address, host) }

    /// A forward from a free port.
    static func free(to server: SocketAddress, _ transport: Transport = .tcp) throws -> PortForward {
        PortForward(host: try LoopbackPort.free(), guest: server.port, transport: transport)
    }
}
