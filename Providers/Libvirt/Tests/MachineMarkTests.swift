import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Testing

@testable import LibvirtProvider

/// What a domain's metadata says of its machine.
@Suite struct MachineMarkTests {
    private static let identity = MachineIdentity(
        project: ProjectID(unchecked: "00112233445566aa"), machine: MachineID(unchecked: "ffeeddccbbaa9988"),
        projectName: ProjectName(unchecked: "shop"), name: MachineName(unchecked: "web"))

    @Test func whatIsWrittenIsReadAgain() throws {
        let mark = MachineMark(
            Self.identity, address: IPv4Address("10.1.2.3"), sshPort: 4711, networks: ["shop-a", "shop-b"],
            forwards: [
                PortForward(host: 8080, guest: 80),
                PortForward(address: IPv4Address(value: 0), host: 53, guest: 5353, transport: .udp),
            ])
        #expect(MachineMark(try XMLParser.parse(mark.xml.description)) == mark)
    }

    @Test func whatIsUnusualIsWrittenToo() throws {
        var mark = MachineMark(
            Self.identity, address: IPv4Address("10.1.2.3"), foundAddress: IPv4Address("10.9.9.9"), guestPort: 2222)
        #expect(mark.reachedAddress == IPv4Address("10.9.9.9"))
        #expect(MachineMark(try XMLParser.parse(mark.xml.description)) == mark)
        mark.sshPort = 25_000
        #expect(mark.sshForward == PortForward(host: 25_000, guest: 2222))
    }

    @Test func anotherPrefixIsTheSameElement() throws {
        let text = """
            <x:machine xmlns:x='urn:devenv:1' project='00112233445566aa' machine='ffeeddccbbaa9988'>\
            <network name='n'/></x:machine>
            """
        let mark = MachineMark(try XMLParser.parse(text))
        #expect(mark == MachineMark(Self.identity, address: nil, networks: ["n"]))
    }

    @Test(arguments: ["<machine/>", "<machine project='x y' machine='ffeeddccbbaa9988'/>"])
    func whatDevenvDidNotWriteIsNoMark(_ text: String) throws {
        #expect(MachineMark(try XMLParser.parse(text)) == nil)
    }
}
