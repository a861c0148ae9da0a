import LibvirtProvider
import Testing

/// What virtual machines of other hosts can't have.
@Suite struct ObjectionTests {
    @Test(
        arguments: [
            ("qemu:///session", "[8080:80, 5353:53/udp]", []),
            ("qemu+ssh://far/system", "[8080:80]", []),
            (
                "qemu+ssh://far/system", "[8080:80, 1️⃣5353:53/udp]",
                [
                    "1️⃣ SSH, which leads to the machines of 'qemu+ssh://far/system', carries TCP only, "
                        + "and this forward is of UDP"
                ]
            ),
            (
                "qemu+ssh://far/session", "[1️⃣8080:80]",
                [
                    "1️⃣ forwards into a machine of a user's libvirt on another host, 'qemu+ssh://far/session', "
                        + "are not possible"
                ]
            ),
        ] as [(String, String, [String])])
    func forwardsMustHaveAWay(_ uri: String, _ forwards: String, _ problems: [String]) throws {
        let machine = try ReadMachine.read("libvirt: { uri: \"\(uri)\" }\nforward: \(forwards)")
        #expect(machine.problems == problems)
    }
}
