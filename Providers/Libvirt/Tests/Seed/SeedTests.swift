import DevenvModel
import DevenvPluginAPI
import LibvirtProvider
import SystemPackage
import Testing

/// What a machine is told: the files that boxes and cloud-init read.
@Suite struct SeedTests {
    private static let back = NetworkName(unchecked: "back")
    private static let inner = NetworkName(unchecked: "inner")

    @Test func theFilesForBoxesAreThese() throws {
        let files = Seed(request: Sample.request(), scope: .system).files
        #expect(
            files.map(\.path) == [
                "devenv/authorized_keys", "devenv/hostname", "devenv/hosts", "devenv/ssh_host_ed25519_key",
                "devenv/ssh_host_ed25519_key.pub", "devenv/user", "meta-data", "network-config", "user-data",
            ])
        #expect(files.filter { $0.mode != 0o644 }.map(\.path) == ["devenv/ssh_host_ed25519_key", "user-data"])
        #expect(files.filter { $0.mode != 0o644 }.allSatisfy { $0.mode == 0o600 })
    }

    @Test func theyHoldWhatTheyAreNamedAfter() throws {
        let request = Sample.request(hosts: [HostEntry(address: .loopback, names: ["db.example.org", "db"])]) {
            $0.hostname = "www"
        }
        let seed = Seed(request: request, scope: .system)
        #expect(seed.text("devenv/hostname") == "www\n")
        #expect(seed.text("devenv/user") == "dev\n")
        #expect(seed.text("devenv/authorized_keys") == "ssh-ed25519 AAAAuser someone\n")
        #expect(seed.text("devenv/ssh_host_ed25519_key") == Sample.access.hostKey.secret)
        #expect(seed.text("devenv/ssh_host_ed25519_key.pub") == "ssh-ed25519 AAAAhost\n")
        #expect(seed.text("devenv/hosts") == "127.0.0.1 db.example.org db\n127.0.1.1 www\n")
    }

    @Test func theFirstNetworkThatLeadsOutBringsTheRoute() throws {
        let request = Sample.request {
            $0.interfaces = [
                Sample.interface(Self.inner, isInternal: true), Sample.interface(Self.back, number: 1),
                Sample.interface(number: 2),
            ]
        }
        let seed = Seed(request: request, scope: .system)
        #expect(seed.text("devenv/networks/10-back.network") == nil)
        let secondary = """
            [Match]
            MACAddress=02:dd:0a:3c:02:0a

            [Link]
            RequiredForOnline=no

            [Network]
            DHCP=ipv4

            [DHCPv4]
            ClientIdentifier=mac
            UseDNS=no
            UseGateway=no
            UseHostname=no

            """
        #expect(seed.text("devenv/networks/10-default.network") == secondary)
        #expect(
            seed.text("devenv/networks/10-inner.network")
                == secondary.replacing("02:dd:0a:3c:02:0a", with: "02:dd:0a:3c:00:0a"))
    }

    @Test func machinesOfAUserHaveTheirAddressesWrittenDown() throws {
        let seed = Seed(request: Sample.request(), scope: .session)
        let unit = """
            [Match]
            MACAddress=02:dd:0a:3c:00:0a

            [Link]
            RequiredForOnline=no

            [Network]
            Address=10.60.0.10/24
            IPv6AcceptRA=no

            """
        #expect(seed.text("devenv/networks/10-default.network") == unit)
    }

    @Test(arguments: [HostAbilities.Scope.system, .session])
    func theSameMachineIsToldTheSame(scope: HostAbilities.Scope) {
        let seeds = (0..<2).map { _ in Seed(request: Sample.request(), scope: scope) }
        #expect(seeds[0].files == seeds[1].files && seeds[0].digest == seeds[1].digest)
    }

    @Test func everyChangeMakesANewInstance() throws {
        let requests = [
            Sample.request(), Sample.request { $0.hostname = "other" },
            Sample.request { $0.interfaces.append(Sample.interface(Self.back, number: 1)) },
            Sample.request(hosts: []), Sample.request(access: Sample.access(user: "root")),
        ]
        let seeds = requests.map { Seed(request: $0, scope: .system) } + [Seed(request: requests[0], scope: .session)]
        #expect(Set(seeds.map(\.digest)).count == seeds.count)
        #expect(Set(seeds.compactMap { $0.text("meta-data") }).count == seeds.count)
        #expect(seeds[0].text("meta-data")?.contains("\"instance-id\": \"fedcba9876543210-") == true)
    }
}

extension Seed {
    /// The text of a file, nil where there is none.
    func text(_ path: String) -> String? {
        files.first { $0.path == path }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }
}
