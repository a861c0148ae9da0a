import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// The networks of machines in a real VirtualBox. Adapters are the host's own, and others may come and go: those of a test are known by
/// their addresses, in subnets that nobody else has.
@Suite(.requiresVirtualBox, .requires(tool: "qemu-img"), .serialized)
struct NetworkTests {
    private let old: IPv4Subnet
    private let new: IPv4Subnet
    private let newer: IPv4Subnet

    init() {
        old = Self.freeSubnet()
        new = Self.freeSubnet(besides: [old])
        newer = Self.freeSubnet(besides: [old, new])
    }

    /// A subnet that VirtualBox allows and that this host has no way to.
    private static func freeSubnet(besides others: [IPv4Subnet] = []) -> IPv4Subnet {
        let taken = HostRoute.all().map(\.subnet) + others
        while true {
            // not the first of a larger one, whose first address VirtualBox likes for adapters that have none yet
            let number = UInt32.random(in: 0..<8) << 8 | UInt32.random(in: 1..<16) << 4
            let subnet = IPv4Subnet(IPv4Address(value: 0xC0A8_3800 + number), prefixLength: 28)
            if !taken.contains(where: { $0.overlaps(subnet) }) { return subnet }
        }
    }

    private static func interface(_ place: UInt32, _ subnet: IPv4Subnet, on name: String = "back") -> NetworkInterface {
        let address = IPv4Address(value: subnet.address.value + place)
        return NetworkInterface(
            network: NetworkName(unchecked: name), subnet: subnet, address: address, mac: MACAddress(for: address))
    }

    /// Runs the body when no other test makes adapters; those that are left then fail the test.
    private func with(_ body: (VirtualBoxFixture) async throws -> Void) async throws {
        try await AdapterTurn.with {
            let before = HostOnlyInterface.names
            try await VirtualBoxFixture.with(body)
            // people may be about to give an address to their own
            try await eventually("no adapter is left that leads nowhere else") {
                let routes = HostRoute.all()
                return HostOnlyInterface.names.subtracting(before).allSatisfy { name in
                    routes.contains { $0.interface == name && ![old, new, newer].contains($0.subnet) }
                }
            }
        }
    }

    /// The adapters of this host that lead to subnets of this test.
    private func adapters(_ fixture: VirtualBoxFixture) async throws -> [HostOnlyInterface] {
        HostOnlyInterface.list(try await fixture.home.manage.run(.hostOnlyInterfaces)).filter { found in
            [old, new, newer].contains { $0 == found.subnet }
        }
    }

    @Test func machinesOfANetworkShareAnAdapterWhichGoesWithTheLastOfThem() async throws {
        try await with { fixture in
            let one = fixture.request("one") { $0.interfaces = [Self.interface(2, old)] }
            let two = fixture.request("two") { $0.interfaces = [Self.interface(3, old)] }
            async let first: Void = fixture.up(one)
            async let second: Void = fixture.up(two)
            _ = try await (first, second)
            let made = try await adapters(fixture)
            #expect(made.count == 1)
            #expect(made.first?.address == old.gateway)
            let report = try await fixture.report(of: one)
            #expect(report.cards.filter { $0.value != "none" } == [1: "nat", 2: "hostonly"])
            #expect(report["hostonlyadapter2"] == made.first?.name)
            let mac = MACAddress(for: IPv4Address(value: old.address.value + 2))
            #expect(report["macaddress2"] == mac.description.filter { $0 != ":" }.uppercased())
            try await fixture.provider.destroy(one.recorded)
            #expect(try await adapters(fixture) == made)
            try await fixture.provider.destroy(two.recorded)
            #expect(try await adapters(fixture).isEmpty)
            #expect(try HostFiles.list(fixture.directory.path.appending("home/virtualbox/networks")).isEmpty)
        }
    }

    @Test func networksChangeWithTheNextStart() async throws {
        try await with { fixture in
            let first = fixture.request {
                $0.interfaces = [Self.interface(2, old), Self.interface(2, new, on: "front")]
            }
            try await fixture.up(first)
            #expect(try await adapters(fixture).count == 2)
            try await fixture.provider.stop(first.recorded, grace: .zero)
            // one network has another subnet, the other is left
            let second = fixture.request { $0.interfaces = [Self.interface(3, newer)] }
            _ = try await fixture.provider.start(second)
            #expect(try await fixture.report(of: second).cards.filter { $0.value == "hostonly" }.keys.sorted() == [2])
            #expect(try await adapters(fixture).map(\.subnet) == [newer])
            try await fixture.provider.stop(second.recorded, grace: .zero)
            let third = fixture.request(options: ["networks": .string("internal")]) {
                $0.interfaces = [Self.interface(3, newer)]
            }
            _ = try await fixture.provider.start(third)
            #expect(try await adapters(fixture).isEmpty)
            let report = try await fixture.report(of: third)
            #expect(report["intnet2"] == third.identity.internalNetwork(NetworkName(unchecked: "back")))
        }
    }

    @Test func anAdapterOfSomebodyElseIsUsedAndLeft() async throws {
        try await with { fixture in
            let manage = fixture.home.manage
            let name = try #require(HostOnlyInterface.created(try await manage.run(.createHostOnlyInterface)))
            let result: Result<Void, any Error>
            do { result = .success(try await borrow(name, fixture)) } catch { result = .failure(error) }
            try await manage.run(.removeHostOnlyInterface(name))
            try result.get()
        }
    }

    private func borrow(_ name: String, _ fixture: VirtualBoxFixture) async throws {
        let address = IPv4Address(value: old.address.value + 9)
        try await fixture.home.manage.run(.configureHostOnlyInterface(name, address: address, mask: old.mask))
        let clash = fixture.request("two") { $0.interfaces = [Self.interface(9, old)] }
        _ = try await fixture.provider.create(clash)
        let error = await #expect(throws: ProviderError.self) { try await fixture.provider.start(clash) }
        #expect(error?.message.contains("this host itself has the address \(address)") == true)
        let request = fixture.request { $0.interfaces = [Self.interface(2, old)] }
        try await fixture.up(request)
        #expect(try await fixture.report(of: request)["hostonlyadapter2"] == name)
        for request in [clash, request] { try await fixture.provider.destroy(request.recorded) }
        #expect(try await adapters(fixture).map(\.name) == [name], "another's adapter stays, and none was made")
    }

    @Test func aSubnetThatVirtualBoxDoesNotAllowIsInternalUnlessTheUserInsists() async throws {
        let subnet = IPv4Subnet(IPv4Address(value: 10 << 24 | 61 << 16), prefixLength: 24)
        try await with { fixture in
            let request = fixture.request { $0.interfaces = [Self.interface(2, subnet)] }
            try await fixture.up(request)
            #expect(try await fixture.report(of: request).cards[2] == "intnet")
            let strict = fixture.request("two", options: ["networks": .string("host_only")]) {
                $0.interfaces = [Self.interface(3, subnet)]
            }
            _ = try await fixture.provider.create(strict)
            let error = await #expect(throws: ProviderError.self) { try await fixture.provider.start(strict) }
            #expect(
                error?.message.contains("VirtualBox allows 192.168.56.0/21 as long as there is no '/etc/vbox") == true)
            #expect(await fixture.counter.calls.allSatisfy { $0.first != "hostonlyif" }, "nothing was made before")
        }
    }

    @Test func aNetworkThatMayBeHostOnlyByNowBecomesItOnceNobodyIsOnTheInternalOne() async throws {
        try await with { fixture in
            let policy = try fixture.directory.write("# nothing\n", to: "networks.conf")
            func request(_ name: String, _ last: UInt32) -> MachineRequest {
                fixture.request(name) { $0.interfaces = [Self.interface(last, old)] }
            }
            let (one, two) = (request("one", 2), request("two", 3))
            let strict = fixture.with(CuttingRunner(), policy: policy)
            for request in [one, two] { try await strict.up(request) }
            #expect(try await fixture.report(of: two).cards[2] == "intnet")
            try HostFiles.remove(policy)
            let open = fixture.with(CuttingRunner(), policy: policy)
            try await open.provider.stop(one.recorded, grace: .zero)
            _ = try await open.provider.start(one)
            #expect(try await fixture.report(of: one).cards[2] == "intnet", "it meets the one that runs")
            for request in [one, two] { try await open.provider.stop(request.recorded, grace: .zero) }
            for request in [one, two] { _ = try await open.provider.start(request) }
            for request in [one, two] { #expect(try await fixture.report(of: request).cards[2] == "hostonly") }
        }
    }

    @Test func aMachineThatWasSavedGoesOnOnItsNetworkAfterAReboot() async throws {
        try await with { fixture in
            let request = fixture.request { $0.interfaces = [Self.interface(2, old)] }
            try await fixture.up(request)
            try await fixture.provider.suspend(request.recorded)
            let made = try #require(try await adapters(fixture).first?.name)
            // what a reboot of the host does to them
            let gone = try await SystemToolRunner().run(ToolInvocation("ip", ["link", "del", made]))
            try #require(gone.status == 0)
            try await fixture.home.restart()
            try await fixture.provider.resume(request.recorded)
            let state = try await fixture.observation(of: request).state
            #expect(state == .running)
            #expect(try await adapters(fixture).map(\.name) == [made])
        }
    }

    @Test func anInterfaceThatIsNotThereIsNotBridged() async throws {
        try await with { fixture in
            let bridges = OptionTree.Value.list([OptionTree(.string("nosuch0"))])
            let request = fixture.request(options: ["bridges": bridges])
            _ = try await fixture.provider.create(request)
            let error = await #expect(throws: ProviderError.self) { try await fixture.provider.start(request) }
            #expect(error?.message.contains("this host has no network interface 'nosuch0'") == true)
        }
    }

    @Test func portsOfBothTransportsAreForwardedAndWatched() async throws {
        try await with { fixture in
            let port = HostPort.unused()
            let forwards = PortForward.Transport.allCases.map { PortForward(host: port, guest: 53, transport: $0) }
            let request = fixture.request(forwards: forwards)
            try await fixture.up(request)
            for forward in forwards { #expect(HostPort.probe(forward) == .taken, "\(forward)") }
            try await fixture.provider.stop(request.recorded, grace: .zero)
            for forward in forwards {
                try await eventually { HostPort.probe(forward) == .free }
                let holder = try HostPort.claim(forward)
                let error = await #expect(throws: ProviderError.self) { try await fixture.provider.start(request) }
                #expect(error?.port == port)
                #expect(error?.message.contains("\(port)/\(forward.transport)") == true)
                try holder.close()
            }
        }
    }

    /// Whatever call a command is cut off at, before or after it: the next one completes it, and the destruction after that leaves
    /// nothing; or the destruction at once.
    @Test(arguments: CuttingRunner.Moment.allCases)
    func aCommandThatIsCutOffLeavesNoAdapter(_ moment: CuttingRunner.Moment) async throws {
        try await with { fixture in
            let request = fixture.request { $0.interfaces = [Self.interface(2, old)] }
            let whole = CuttingRunner()
            try await fixture.with(whole).up(request)
            let starting = await whole.changes.count
            try await fixture.with(whole).provider.destroy(request.recorded)
            let verbs = await whole.changes.map { $0.prefix(2).joined(separator: " ") }
            #expect(verbs.contains("hostonlyif create") && verbs.contains("hostonlyif remove"), "\(verbs)")
            for number in 1...verbs.count {
                let runner = CuttingRunner(number, moment)
                let cut = fixture.with(runner)
                do {
                    try await cut.up(request)
                    try await cut.provider.destroy(request.recorded)
                } catch {}  // it was cut off
                if number <= starting, number.isMultiple(of: 2) {
                    try await fixture.up(request)
                    #expect(try await adapters(fixture).count == 1, "cut \(moment) \(verbs[number - 1])")
                }
                try await fixture.provider.destroy(request.recorded)
                let made = await runner.adapters
                // others may be about to give a name that is free again to their own
                try await eventually("nothing is left, cut \(moment) \(verbs[number - 1])") {
                    let all = HostOnlyInterface.list(try await fixture.home.manage.run(.hostOnlyInterfaces))
                    return !all.contains { $0.subnet == old || made.contains($0.name) && !$0.isUp }
                }
            }
        }
    }
}

extension HostOnlyInterface {
    /// The names of those that this host has, whichever VirtualBox made them.
    fileprivate static var names: Set<String> {
        let links = (try? HostFiles.list("/sys/class/net")) ?? []  // without links there are no adapters
        return Set(links.filter { $0.hasPrefix("vboxnet") })
    }
}
