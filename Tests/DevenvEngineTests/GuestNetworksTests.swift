import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Testing

@testable import DevenvEngine

/// The program that tells a machine of its networks, in network namespaces that stand for machines.
@Suite(.requiresRoot, .requires(tool: "ip")) struct GuestNetworksTests {
    private static let subnet = IPv4Subnet(IPv4Address(value: 10 << 24 | 60 << 16), prefixLength: 24)
    private static let card = MACAddress(for: IPv4Address(value: 1))

    /// A machine's place on a network.
    private static func interface(
        _ last: UInt32 = 10, on network: String = "backend", mac: MACAddress = card
    ) -> NetworkInterface {
        NetworkInterface(
            network: NetworkName(unchecked: network), subnet: subnet,
            address: IPv4Address(value: subnet.address.value + last), mac: mac)
    }

    private static func networks(_ interfaces: [NetworkInterface], neighbor: UInt32 = 11) -> GuestNetworks {
        let other = HostEntry(address: IPv4Address(value: subnet.address.value + neighbor), names: ["db"])
        return GuestNetworks(interfaces: interfaces, hosts: [other], hostname: "web")
    }

    private func hold(_ outcome: RemoteProgramOutcome) {
        guard case .ended(0, _) = outcome else { return #expect(Bool(false), "\(outcome)") }
    }

    @Test func eachCardIsALineOfWords() {
        #expect(Self.networks([Self.interface()]).cards == "backend 02:dd:00:00:00:01 10.60.0.10 24 255.255.255.0")
    }

    @Test func cardsAreFoundByTheirHardwareAddressAndNamesAreWritten() async throws {
        try await NetworkNamespace.with { space in
            try await space.addCard("other", MACAddress(for: IPv4Address(value: 2)))
            try await space.addCard("enp0s8", Self.card)
            for _ in 1...2 {
                hold(try await space.tell(Self.networks([Self.interface()])))
                #expect(try await space.addresses(of: "enp0s8") == ["10.60.0.10/24"])
                #expect(try await space.addresses(of: "other").isEmpty)
                #expect(
                    try space.directory.read("etc/hosts") == """
                        127.0.0.1 localhost
                        # devenv: the project's machines
                        10.60.0.11 db
                        127.0.1.1 web
                        # devenv: end

                        """)
            }
            hold(try await space.tell(Self.networks([Self.interface()], neighbor: 12)))
            #expect(try space.directory.read("etc/hosts")?.contains("10.60.0.12 db\n127.0.1.1") == true)
        }
    }

    @Test func aCardThatIsNotThereIsNamed() async throws {
        try await NetworkNamespace.with { space in
            guard case .refused(let reason) = try await space.tell(Self.networks([Self.interface()])) else {
                Issue.record("an address was given to no card")
                return
            }
            #expect(reason == "it has no network card with the address 02:dd:00:00:00:01, for the network 'backend'")
        }
    }

    @Test func networkdIsToldOnceAndAgainWhenSomethingChanges() async throws {
        try await NetworkNamespace.with { space in
            try space.directory.write("", to: "run/systemd/system/empty")
            try space.install("systemctl", "[ \"$*\" = '-q is-active systemd-networkd.service' ]")
            try space.install("networkctl", "")
            try await space.addCard("enp0s8", Self.card)
            hold(try await space.tell(Self.networks([Self.interface()])))
            let unit = "etc/systemd/network/05-devenv-backend.network"
            #expect(
                try space.directory.read(unit) == """
                    [Match]
                    MACAddress=02:dd:00:00:00:01

                    [Link]
                    RequiredForOnline=no

                    [Network]
                    Address=10.60.0.10/24
                    IPv6AcceptRA=no

                    """)
            #expect(try space.takeLog().contains("networkctl reload"))
            hold(try await space.tell(Self.networks([Self.interface()])))
            #expect(try space.takeLog().contains("networkctl reload") == false)
            hold(try await space.tell(Self.networks([Self.interface(on: "frontend")])))
            #expect(try space.directory.read(unit) == nil)
            #expect(try space.directory.read("etc/systemd/network/05-devenv-frontend.network") != nil)
            #expect(try space.takeLog().contains("networkctl reload"))
        }
    }

    @Test func theNetworkManagerGetsAConnectionOfItsOwn() async throws {
        try await NetworkNamespace.with { space in
            try space.install("nmcli", "case $* in *'device show'*) echo 'GENERAL.STATE:30 (disconnected)' ;; esac")
            try space.directory.write("", to: "etc/NetworkManager/system-connections/theirs.nmconnection")
            try await space.addCard("enp0s8", Self.card)
            hold(try await space.tell(Self.networks([Self.interface()])))
            let file = "etc/NetworkManager/system-connections/devenv-backend.nmconnection"
            let text = try #require(try space.directory.read(file))
            #expect(text.contains("[ethernet]\nmac-address=02:dd:00:00:00:01\n"))
            #expect(text.contains("method=manual\naddress1=10.60.0.10/24\nnever-default=true\n"))
            #expect(try await space.mode(of: file) == "600")
            #expect(try space.takeLog().last == "nmcli -w 20 connection up id devenv-backend")
            hold(try await space.tell(Self.networks([])))
            #expect(try space.directory.read(file) == nil)
            #expect(try space.takeLog() == ["nmcli connection reload"])
            #expect(
                try space.directory.read("etc/NetworkManager/system-connections/theirs.nmconnection") != nil)
        }
    }

    @Test func ifupdownGetsStanzasAndOldAddressesGo() async throws {
        try await NetworkNamespace.with { space in
            let own = "auto lo\niface lo inet loopback\n"
            try space.directory.write(own, to: "etc/network/interfaces")
            try await space.addCard("eth1", Self.card)
            hold(try await space.tell(Self.networks([Self.interface()])))
            #expect(
                try space.directory.read("etc/network/interfaces") == own + """
                    # devenv: the project's networks
                    auto eth1
                    iface eth1 inet static
                        address 10.60.0.10
                        netmask 255.255.255.0
                    # devenv: end of networks

                    """)
            hold(try await space.tell(Self.networks([Self.interface(20)])))
            #expect(try await space.addresses(of: "eth1") == ["10.60.0.20/24"])
            let text = try space.directory.read("etc/network/interfaces")
            #expect(text?.contains("address 10.60.0.20\n") == true)
            #expect(text?.contains("10.60.0.10") == false)
            hold(try await space.tell(Self.networks([])))
            #expect(try await space.addresses(of: "eth1").isEmpty)
            #expect(try space.directory.read("etc/network/interfaces") == own)
        }
    }
}

/// When the engine tells machines of their networks.
@Suite(.requiresRoot) struct NetworkStepTests {
    private static let features = ProviderFeatures(
        boxFormats: [.directories], suspends: true, snapshots: true, setsNetworksInside: true)

    /// What the program says of itself in each machine.
    private static func communicator(_ end: String) -> ScriptedCommunicator {
        ScriptedCommunicator(answer: { _, _ in (.status(0), end) })
    }

    @Test func providersThatTellTheirMachinesThemselvesAreLeftAlone() async throws {
        try await EngineRig.with("web") { rig in
            let report = try await rig.up()
            #expect(report.failures.isEmpty)
            #expect(rig.communicator.commands.isEmpty)
        }
    }

    @Test func aMachineThatCanNotBeToldFailsItsConnection() async throws {
        let provider = MemoryProvider(features: Self.features)
        try await EngineRig.with("web", provider: provider, communicator: Self.communicator("no sudo here")) { rig in
            let failure = try #require(try await rig.up().failures.first)
            #expect(failure.step.description == "web: connect")
            #expect(failure.message.hasPrefix("setting the networks of machine 'web': no sudo here"))
            #expect(rig.communicator.commands.count == 1)
            // it has not answered as it should, so the next one tries again
            #expect(try await rig.up().failures.count == 1)
            #expect(rig.communicator.commands.count == 2)
        }
    }
}
