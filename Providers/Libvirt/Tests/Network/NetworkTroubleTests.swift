import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// What goes wrong with networks, and what the next call makes of it.
@Suite(.serialized, .requiresRoot, .requiresLibvirt, .requires(tool: "ip", "busybox", "nsenter", "virsh"))
struct NetworkTroubleTests {
    @Test func aNetworkOfSomebodyElseUnderTheNameIsLeftAlone() async throws {
        try await NetworkFixture.with { fixture in
            let (name, bridge) = (fixture.network().networkName, "lvx" + fixture.project.short)
            let foreign = XMLElement(
                "network", [:], [XMLElement("name", text: name), XMLElement("bridge", ["name": bridge])])
            try await fixture.connection.define(network: foreign)
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.networks.establish(for: fixture.request("web", 10))
            }
            #expect(error?.message == "libvirt has a network '\(name)' that devenv did not make")
            try await fixture.networks.release(fixture.identity("web"))
            #expect(try await fixture.connection.networkInfo(name)?.bridge == bridge)
            try await fixture.connection.undefine(network: name)
        }
    }

    @Test func aSubnetThatThisHostHasIsRefusedWithTheInterface() async throws {
        try await NetworkFixture.with { fixture in
            let link = "dvu" + fixture.project.short
            try await fixture.host("ip", "link", "add", link, "type", "bridge")
            do {
                try await fixture.host("ip", "addr", "add", "\(fixture.address(129))/25", "dev", link)
                try await fixture.host("ip", "link", "set", link, "up")
                let error = await #expect(throws: ProviderError.self) {
                    try await fixture.networks.establish(for: fixture.request("web", 10))
                }
                let half = IPv4Subnet(fixture.address(128), prefixLength: 25)
                #expect(
                    error?.message == "making the network 'default': this host has \(half) on '\(link)' already, "
                        + "which is a part of \(fixture.subnet)")
            } catch {
                try await fixture.host("ip", "link", "delete", link)
                throw error
            }
            try await fixture.host("ip", "link", "delete", link)
            try await fixture.networks.establish(for: fixture.request("web", 10))
        }
    }

    @Test func aNetworkIsChangedOnlyWhileNobodyRunsOnIt() async throws {
        try await NetworkFixture.with { fixture in
            let web = fixture.request("web", 10)
            let domain = try await fixture.define(web)
            try await fixture.networks.establish(for: web)
            try await fixture.connection.start(domain, paused: true)
            let wall = fixture.request("db", 11, isInternal: true)
            let error = await #expect(throws: ProviderError.self) { try await fixture.networks.establish(for: wall) }
            #expect(
                error?.message == "the network 'default' can't be changed while machines are on it: "
                    + web.identity.domainName)
            #expect(try await fixture.live()?.isInternal == false)
            try await fixture.connection.powerOff(domain, gracefully: false)
            try await fixture.networks.establish(for: wall)
            #expect(try await fixture.live()?.isInternal == true)
        }
    }

    @Test func aNetworkThatWentDownUnderAMachineIsSeenAndMended() async throws {
        try await NetworkFixture.with { fixture in
            let web = fixture.request("web", 10)
            let domain = try await fixture.define(web)
            try await fixture.networks.establish(for: web)
            try await fixture.connection.start(domain, paused: true)
            #expect(try await fixture.looseCables(of: web, domain) == [])
            let name = fixture.network().networkName
            try await fixture.connection.destroy(network: name)
            try await fixture.networks.establish(for: web)
            #expect(
                try await fixture.looseCables(of: web, domain) == ["it is not connected to its network '\(name)'"])
            try await fixture.networks.reconnect(domain)
            #expect(try await fixture.looseCables(of: web, domain) == [])
            try await fixture.networks.reconnect(domain)
            try await fixture.connection.powerOff(domain, gracefully: false)
        }
    }

    @Test func aMachineThatGoesOnHasItsNetworksStartedAsTheyWere() async throws {
        try await NetworkFixture.with { fixture in
            let web = fixture.request("web", 10)
            try await fixture.networks.establish(for: web)
            let (name, made) = (fixture.network().networkName, try await fixture.live())
            try await fixture.networks.activate([name], of: web.identity)
            try await fixture.connection.destroy(network: name)
            try await fixture.networks.activate([name], of: web.identity)
            #expect(try await fixture.connection.networkInfo(name)?.isActive == true)
            #expect(try await fixture.live() == made)
            try await fixture.connection.destroy(network: name)
            try await fixture.connection.undefine(network: name)
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.networks.activate([name], of: web.identity)
            }
            #expect(error?.message == "starting the network 'default': it is gone")
        }
    }

    @Test func anAbandonedBridgeIsTakenAway() async throws {
        try await NetworkFixture.with { fixture in
            let web = fixture.request("web", 10)
            let bridge = fixture.network().bridge
            try await fixture.host("ip", "link", "add", bridge, "type", "bridge")
            try await fixture.host("ip", "addr", "add", "\(fixture.subnet.gateway)/24", "dev", bridge)
            try await fixture.host("ip", "link", "set", bridge, "up")
            let rule = "LIBVIRT_INP -i \(bridge) -p udp --dport 53 -j ACCEPT".split(separator: " ").map(String.init)
            _ = try await SystemToolRunner().run(ToolInvocation("iptables", ["--wait", "-A"] + rule))
            try await fixture.networks.establish(for: web)
            let rules = try await fixture.host("iptables-save").split(separator: "\n")
            #expect(rules.filter { $0.contains("-A LIBVIRT_INP -i \(bridge) -p udp -m udp --dport 53") }.count == 1)
        }
    }

    @Test func aBridgeWithoutANetworkGoesWithTheProject() async throws {
        try await NetworkFixture.with { fixture in
            try await fixture.host("ip", "link", "add", fixture.network().bridge, "type", "bridge")
            try await fixture.networks.release(fixture.identity("web"))
            #expect(!HostFiles.exists(FilePath("/sys/class/net").appending(fixture.network().bridge)))
        }
    }

    @Test(arguments: ["libvirt.network.defined", "libvirt.network.started"])
    func whatAKilledStartHasBegunIsCompleted(_ point: String) async throws {
        try await NetworkFixture.with { fixture in
            try await fixture.kill(at: point, doing: .establish)
            try await fixture.networks.establish(for: fixture.request("web", 10))
            #expect(try await fixture.connection.networkInfo(fixture.network().networkName)?.isActive == true)
        }
    }

    @Test(arguments: ["libvirt.network.defined", "libvirt.network.started"])
    func whatAKilledStartHasBegunIsRemoved(_ point: String) async throws {
        try await NetworkFixture.with { fixture in
            try await fixture.kill(at: point, doing: .establish)
            try await fixture.networks.release(fixture.identity("web"))
            #expect(try await LibvirtLeftovers(marks: [fixture.project.rawValue]).all() == [])
        }
    }

    @Test(arguments: ["libvirt.network.defined", "libvirt.network.updated", "libvirt.network.updated#2"])
    func whatAKilledMoveHasBegunIsCompleted(_ point: String) async throws {
        try await NetworkFixture.with { fixture in
            try await fixture.networks.establish(for: fixture.request("web", 20, hosts: ["db": 10]))
            try await fixture.kill(at: point, doing: .establish)
            let web = fixture.request("web", 10)
            try await fixture.networks.establish(for: web)
            let live = try await fixture.live()
            #expect(live?.leases.map(\.name.rawValue) == ["web"])
            #expect(live?.names == web.hosts)
        }
    }

    @Test(arguments: ["libvirt.network.defined", "libvirt.network.stopped", "libvirt.network.started"])
    func whatAKilledChangeHasBegunIsCompleted(_ point: String) async throws {
        try await NetworkFixture.with { fixture in
            try await fixture.networks.establish(for: fixture.request("web", 10, isInternal: true))
            try await fixture.kill(at: point, doing: .establish)
            try await fixture.networks.establish(for: fixture.request("web", 10))
            #expect(try await fixture.live()?.isInternal == false)
            #expect(try await fixture.connection.networkInfo(fixture.network().networkName)?.isActive == true)
        }
    }

    @Test(arguments: ["libvirt.network.destroyed", "libvirt.network.undefined"])
    func whatAKilledRemovalHasLeftIsRemoved(_ point: String) async throws {
        try await NetworkFixture.with { fixture in
            try await fixture.networks.establish(for: fixture.request("web", 10))
            try await fixture.kill(at: point, doing: .release)
            try await fixture.networks.release(fixture.identity("web"))
            #expect(try await LibvirtLeftovers(marks: [fixture.project.rawValue]).all() == [])
        }
    }
}

/// A libvirtd that is killed while it starts a network.
@Suite(.serialized, .requiresRoot, .requires(tool: "libvirtd", "virsh", "tini", "unshare", "ip", "iptables"))
struct DaemonDeathTests {
    @Test(arguments: [10, 40, 90, 150])
    func aNetworkWhoseStartWasCutOffStartsAtTheNextAttempt(_ milliseconds: Int) async throws {
        try await PrivateLibvirt.with(.system) { libvirt in
            try await NetworkFixture.with(uri: libvirt.uri) { fixture in
                let web = fixture.request("web", 10)
                async let first: Void = fixture.networks.establish(for: web)
                let end = ContinuousClock.now + .milliseconds(milliseconds)
                try await eventually("its time has come") { ContinuousClock.now >= end }
                try await libvirt.kill()
                _ = try? await first  // the daemon's death is what it was about, unless it was quicker
                try await libvirt.start()
                let again = try await NetworkFixture(
                    project: fixture.project.rawValue, uri: libvirt.uri, directory: fixture.directory.string)
                try await again.networks.establish(for: web)
                #expect(try await again.connection.networkInfo(fixture.network().networkName)?.isActive == true)
                try await again.networks.release(web.identity)
            }
        }
    }
}

extension NetworkFixture {
    /// What is said of the cables of a machine that runs.
    func looseCables(of request: MachineRequest, _ domain: DomainID) async throws -> [String] {
        let machine = request.identity.machine
        let names = NetworkDemand.list(of: request).map(\.network.networkName)
        return try await networks.looseCables(
            of: [machine: (domain, names)], among: try await connection.networks())[machine] ?? []
    }

    /// What another process does until it is killed.
    enum Work: String, Codable {
        case establish, release
    }

    /// Has another process do something and be killed at a point of it.
    func kill(at point: String, doing work: Work) async throws {
        let (project, uri, directory) = (project.rawValue, connection.uri, directory.string)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [project = project as String, uri = uri as String, directory = directory as String, point, work] in
            try await work.carryOut(until: point, project: project, uri: uri, directory: directory)
        }
    }
}

extension NetworkFixture.Work {
    /// In a process that ends at the point.
    fileprivate func carryOut(until point: String, project: String, uri: String, directory: String) async throws {
        setenv("DEVENV_FAULT", point, 1)
        let fixture = try await NetworkFixture(project: project, uri: uri, directory: directory)
        switch self {
        case .establish: try await fixture.networks.establish(for: fixture.request("web", 10))
        case .release: try await fixture.networks.release(fixture.identity("web"))
        }
    }
}
