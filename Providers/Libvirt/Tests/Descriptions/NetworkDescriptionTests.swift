import DevenvModel
import DevenvPluginAPI
import LibvirtProvider
import Testing

/// What libvirt is told about networks.
@Suite struct NetworkDescriptionTests {
    @Test func aNetworkWithAMachine() {
        #expect(Sample.network(isInternal: false).xml.description == Self.golden)
    }

    @Test func anInternalNetworkLeadsNowhere() {
        let xml = Sample.network(isInternal: true).xml
        #expect(xml["forward"] == nil)
        #expect(xml["dnsmasq:options"]?.children.map { $0[attribute: "value"] } == ["no-ping", "no-resolv"])
    }

    @Test func namesOfObjectsAreTheirOwnAndShortEnough() {
        let projects = ["0123456789abcdef", "0123456789abcdee"].map { ProjectID(unchecked: $0) }
        let names = ["default", "back", String(repeating: "long", count: 15)].map { NetworkName(unchecked: $0) }
        let networks = projects.flatMap { project in
            names.map { ProjectNetwork(project: project, projectName: ProjectName(unchecked: "shop"), name: $0) }
        }
        #expect(Set(networks.map(\.bridge)).count == 6 && networks.allSatisfy { $0.bridge.utf8.count <= 15 })
        #expect(Set(networks.map(\.networkUUID)).count == 6 && networks.allSatisfy { $0.networkUUID.count == 32 })
        #expect(Set(networks.map(\.networkName)).count == 6 && Set(networks.map(\.multicast)).count == 6)
    }

    @Test func wiresStayWithinASite() throws {
        let scope = try #require(IPv4Subnet("239.255.0.0/16"))
        for number in 0..<100 {
            let network = ProjectNetwork(NetworkName(unchecked: "n\(number)"), of: Sample.identity)
            #expect(scope.contains(network.multicast.address) && network.multicast.port >= 0x8000)
        }
    }

    private static let golden = """
        <network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
          <name>shop-default-0123456789abcdef</name>
          <uuid>0123456789abcdef\(ProjectNetwork(.standard, of: Sample.identity).networkUUID.suffix(16))</uuid>
          <metadata>
            <devenv:network xmlns:devenv='urn:devenv:1' project='0123456789abcdef' network='default'/>
          </metadata>
          <forward mode='nat'/>
          <bridge name='\(ProjectNetwork(.standard, of: Sample.identity).bridge)' stp='off' delay='0'/>
          <mac address='02:dd:0a:3c:00:01'/>
          <domain name='shop.test' localOnly='yes'/>
          <dns forwardPlainNames='no'>
            <host ip='10.60.0.10'>
              <hostname>web.example.org</hostname>
              <hostname>web</hostname>
            </host>
          </dns>
          <ip address='10.60.0.1' prefix='24'>
            <dhcp>
              <host mac='02:dd:0a:3c:00:0a' name='web' ip='10.60.0.10'>
                <lease expiry='0'/>
              </host>
            </dhcp>
          </ip>
          <dnsmasq:options>
            <dnsmasq:option value='no-ping'/>
          </dnsmasq:options>
        </network>
        """
}
