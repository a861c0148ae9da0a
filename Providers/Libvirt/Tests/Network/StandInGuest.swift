import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// What a machine would be on a network: a network namespace that is plugged into its bridge, without booting anything.
struct StandInGuest: Sendable {
    private let name: String

    /// Plugs in a guest with a MAC and unplugs it when the body ends.
    static func with(
        _ mac: MACAddress, on bridge: String, _ body: (StandInGuest) async throws -> Void
    ) async throws {
        let guest = StandInGuest(name: "dvt" + SecureRandom.hexadecimal(digits: 10))
        try await guest.host("ip", "netns", "add", guest.name)
        let result: Result<Void, any Error>
        do {
            try await guest.host("ip", "link", "add", guest.name, "type", "veth", "peer", "eth0", "netns", guest.name)
            try await guest.host("ip", "link", "set", guest.name, "master", bridge, "up")
            try await guest.host("ip", "-n", guest.name, "link", "set", "eth0", "address", mac.description, "up")
            try await guest.host("ip", "-n", guest.name, "link", "set", "lo", "up")
            result = .success(try await body(guest))
        } catch {
            result = .failure(error)
        }
        try await guest.host("ip", "netns", "delete", guest.name)
        try result.get()
    }

    /// What the DHCP server gives it, with the server as its way out; nil where it gets nothing.
    func configure() async throws -> IPv4Address? {
        let script =
            "[ \"$1\" != bound ] || { ip addr add $ip/$mask dev eth0; ip route add default via $router; echo $ip; }"
        return try await TemporaryDirectory.with { directory in
            let file = try directory.write(
                Array("#!/bin/sh\n\(script)\n".utf8), to: "bound", mode: [.ownerReadWriteExecute])
            let outcome = try await run(
                "busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "3", "-T", "1", "-s", file.string)
            return IPv4Address(outcome.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "")
        }
    }

    /// The address that a name server has for a name; nil for none.
    func resolve(_ name: String, at server: IPv4Address) async throws -> IPv4Address? {
        let outcome = try await run("busybox", "nslookup", "-type=a", name, "\(server)")
        let lines = outcome.text.split(whereSeparator: \.isNewline).map(String.init)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("Name:") }) else { return nil }
        return lines[start...].first { $0.hasPrefix("Address") }
            .flatMap { IPv4Address(String($0.split(separator: " ").last ?? "")) }
    }

    /// Whether an address answers.
    func reaches(_ address: IPv4Address) async throws -> Bool {
        try await run("busybox", "ping", "-c", "1", "-W", "2", "\(address)").status == 0
    }

    /// Takes an address by itself, as a guest without DHCP does.
    func take(_ address: IPv4Address, prefixLength: Int, router: IPv4Address? = nil) async throws {
        try await host("ip", "-n", name, "addr", "add", "\(address)/\(prefixLength)", "dev", "eth0")
        if let router { try await host("ip", "-n", name, "route", "add", "default", "via", "\(router)") }
    }

    private func run(_ command: String...) async throws -> ToolOutcome {
        // not `ip netns exec`, which mounts things
        try await SystemToolRunner().run(ToolInvocation("nsenter", ["--net=/run/netns/\(name)"] + command))
    }

    private func host(_ tool: String, _ arguments: String...) async throws {
        let call = ToolInvocation(tool, arguments)
        let outcome = try await SystemToolRunner().run(call)
        try #require(outcome.status == 0, "\(call): \(outcome.complaint)")
    }
}
