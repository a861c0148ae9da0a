import DevenvModel
import Testing

@testable import LibvirtProvider

/// The port of this host that leads to a machine of a user's own libvirt.
struct SSHPortTests {
    private let forwards = [PortForward(host: 22001, guest: 80)]

    @Test func aMachineKeepsTheOneThatItHas() {
        #expect(SSHPort.choose(known: 22002, besides: forwards) == 22002)
    }

    @Test func oneThatAForwardIsToHaveIsGivenUp() {
        #expect(SSHPort.choose(known: 22001, besides: forwards) != 22001)
    }
}
