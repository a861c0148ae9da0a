import DevenvCrypto
import DevenvTestSupport
import LibvirtProvider
import Testing

/// Calls on networks of libvirt's test driver.
@Suite(.requires(library: "libvirt.so.0")) struct NetworkCallTests {
    @Test func aNetworkGoesThroughItsLife() async throws {
        try await withNetwork { connection, name, bridge in
            let network = try #require(try await connection.networkInfo(name))
            #expect(network.name == name && !network.isActive && network.bridge == bridge)
            try await connection.start(network: name)
            #expect(try await connection.networks().first { $0.name == name }?.isActive == true)
            try await connection.setAutostart(network: name, true)
            try await connection.destroy(network: name)
            #expect(try await connection.networkInfo(name)?.isActive == false)
            try await connection.undefine(network: name)
            #expect(try await connection.networkInfo(name) == nil)
        }
    }

    @Test func addressesAreReservedWithoutARestart() async throws {
        let host = XMLElement("host", ["mac": "52:54:00:00:00:01", "name": "web", "ip": "10.231.0.9"])
        try await withNetwork { connection, name, _ in
            try await connection.start(network: name)
            try await connection.update(network: name, .add, section: .dhcpHost, host, live: true, config: true)
            #expect(try await connection.networkXML(name)["ip", "dhcp", "host"] == host)
            try await connection.update(network: name, .delete, section: .dhcpHost, host, live: true, config: true)
            #expect(try await connection.networkXML(name)["ip", "dhcp", "host"] == nil)
        }
    }

    @Test func absentNetworksAreMissing() async throws {
        let connection = try await LibvirtConnection.open(TestDriver.uri)
        let error = await #expect(throws: LibvirtError.self) { try await connection.start(network: "devenv-nobody") }
        #expect(error?.isMissing == true)
    }

    private func withNetwork(_ body: (LibvirtConnection, String, String) async throws -> Void) async throws {
        let connection = try await LibvirtConnection.open(TestDriver.uri)
        let digits = SecureRandom.hexadecimal(digits: 8)
        let (name, bridge) = ("devenv-test-\(digits)", "dvt\(digits)")
        let range = XMLElement("range", ["start": "10.231.0.2", "end": "10.231.0.8"])
        let address = XMLElement(
            "ip", ["address": "10.231.0.1", "netmask": "255.255.255.0"], [XMLElement("dhcp", [:], [range])])
        try await connection.define(
            network: XMLElement(
                "network", [:], [XMLElement("name", text: name), XMLElement("bridge", ["name": bridge]), address]))
        do { try await body(connection, name, bridge) } catch {
            await remove(name, connection)
            throw error
        }
        await remove(name, connection)
    }

    private func remove(_ name: String, _ connection: LibvirtConnection) async {
        try? await connection.destroy(network: name)  // most tests leave it stopped
        try? await connection.undefine(network: name)  // or gone
    }
}
