import DevenvHost
import DevenvModel
import DevenvPluginAPI
import FoundationEssentials
import SystemPackage
import Testing

@testable import ContainerProvider

struct RealmTests {
    private static let whole = RealmHost(
        user: "ada", id: 1000, userIDs: "root:100000:65536\nada:165536:65536\n", groupIDs: "1000:165536:65536\n",
        missing: [], namespaces: 1000, mayMakeNamespaces: true, hasTunnels: true)

    @Test func aHostThatGrantsEverythingHasNoProblem() {
        #expect(Self.whole.findings.filter { $0.severity == .problem } == [])
        #expect(Self.whole.range(in: Self.whole.userIDs) == IDRange(first: 165_536, count: 65_536))
        #expect(Self.whole.range(in: Self.whole.groupIDs) == IDRange(first: 165_536, count: 65_536), "by the number")
    }

    @Test func whatIsMissingIsNamedWithWhatMendsIt() {
        var host = Self.whole
        host.missing = ["newuidmap", "slirp4netns"]
        host.userIDs = "ada:165536:1000\nada:x:65536\nada\nadam:1:65536\n"
        host.groupIDs = ""
        host.hasTunnels = false
        host.mayMakeNamespaces = false
        #expect(
            host.findings.filter { $0.severity == .problem }.map(\.cure) == [
                "apt-get install uidmap", "apt-get install slirp4netns",
                "sudo sysctl kernel.unprivileged_userns_clone=1",
                "sudo usermod --add-subuids 100000-165535 ada, or others that nobody has",
                "sudo usermod --add-subgids 100000-165535 ada, or others that nobody has",
                "sudo chmod 666 /dev/net/tun",
            ])
        host.mayMakeNamespaces = true
        host.namespaces = 0
        #expect(host.findings.contains { $0.cure == "sudo sysctl user.max_user_namespaces=15000" })
    }

    @Test func whoseMachinesEndWithTheSessionIsToldWhatKeepsThem() {
        var host = Self.whole
        #expect(!host.findings.contains { $0.cure == "loginctl enable-linger" })
        host.endsWithSession = true
        #expect(host.findings.contains { $0.severity == .warning && $0.cure == "loginctl enable-linger" })
    }

    @Test func theVariableSaysWhatARealmIs() {
        let realm = UserRealm(user: 1000, holder: 42, claim: 7, directory: "/home/a b/run/devenv/realm")
        #expect(UserRealm(realm.text) == realm)
        for text in ["", "1000 42 7", "1000 42 7 relative", "x 42 7 /d", "1000 42 -"] {
            #expect(UserRealm(text) == nil)
        }
    }

    @Test func onlyWhatSeesToNetworksRunsInTheRealms() {
        let realm = UserRealm(user: 1000, holder: 42, claim: 7, directory: "/d")
        let placed = RealmTools.place(ToolInvocation("nft", ["-f", "-"], input: [1]), in: realm)
        #expect(placed == ToolInvocation("nsenter", ["--net=/proc/42/ns/net", "--", "nft", "-f", "-"], input: [1]))
        #expect(RealmTools.place(ToolInvocation("runc", ["start"]), in: realm) == ToolInvocation("runc", ["start"]))
    }

    @Test func aPortIsAskedForAsSlirpTakesIt() throws {
        let forward = PortForward(host: 8080, guest: 80)
        let order = SlirpSocket.addition(forward, to: Self.network.address)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(order), as: UTF8.self)
        #expect(
            text == #"{"arguments":{"guest_addr":"198.51.100.100","guest_port":8080,"host_addr":"127.0.0.1","#
                + #""host_port":8080,"proto":"tcp"},"execute":"add_hostfwd"}"#)
        let entry = SlirpSocket.Entry(id: 1, proto: "tcp", host_addr: "127.0.0.1", host_port: 8080)
        #expect(entry.leads(forward))
        #expect(!entry.fills(ForwardSlot(address: nil, port: 8080, transport: .udp)))
    }

    @Test func theWayOutsideIsNoNetworkOfTheHosts() throws {
        let taken = HostRoute(
            interface: "eth0", subnet: IPv4Subnet(IPv4Address(value: 0xC633_6480), prefixLength: 30))
        #expect(Self.network.subnet.description == "198.51.100.0/24")
        #expect(RealmNetwork.chooseSubnet(besides: [taken]).description == "203.0.113.0/24")
        #expect(Self.network.nameServer.description == "198.51.100.3")
    }

    private static let network = RealmNetwork(
        socket: SlirpSocket(path: "/d/slirp.sock"), subnet: RealmNetwork.chooseSubnet(besides: []))

    @Test func bothFormsOfSlirpsAnswersAreRead() throws {
        let entries = #"{"entries":[{"id":1,"proto":"tcp","host_addr":"127.0.0.1","host_port":80,"guest_port":80}]}"#
        let expected = [SlirpSocket.Entry(id: 1, proto: "tcp", host_addr: "127.0.0.1", host_port: 80)]
        for text in [entries, #"{"return":\#(entries)}"#] {
            let answer = try JSONDecoder().decode(SlirpSocket.Answer.self, from: Data(text.utf8))
            #expect(answer.entries == expected && answer.error == nil)
        }
        let refusal = Data(#"{"error":{"desc":"bad request: add_hostfwd: slirp_add_hostfwd failed"}}"#.utf8)
        let answer = try JSONDecoder().decode(SlirpSocket.Answer.self, from: refusal)
        #expect(answer.error == "bad request: add_hostfwd: slirp_add_hostfwd failed")
        let done = try JSONDecoder().decode(SlirpSocket.Answer.self, from: Data(#"{"return":{"id":3}}"#.utf8))
        #expect(done.entries == [] && done.error == nil)
    }

    @Test func aRealmsIdsAreMappedFromTwoSources() {
        let realm = IDRange(first: 0, count: 65_536)
        #expect(realm.parts == [IDRange(first: 0, count: 1), IDRange(first: 1, count: 65_535)])
        #expect(IDRange.standard.parts == [.standard])
    }
}
