import DevenvHost
import DevenvModel
import DevenvPluginAPI
import LibvirtProvider
import Testing

/// What the command line of a relay says.
@Suite struct RelayCommandTests {
    private let machine = MachineIdentity(
        project: ProjectID(unchecked: "0123456789abcdef"), machine: MachineID(unchecked: "fedcba9876543210"),
        projectName: ProjectName(unchecked: "shop"), name: MachineName(unchecked: "web"))

    private var command: RelayCommand {
        let forward = PortForward(host: 5353, guest: 53, transport: .udp)
        return RelayCommand(machine, ForwardRoute(forward, to: IPv4Address(value: 0x0A3C_000A)))
    }

    @Test func itSaysWhoseForwardItIsAndWhich() {
        #expect(
            command.arguments == [
                "forward-relay", "0123456789abcdef", "fedcba9876543210", "shop/web", "udp", "127.0.0.1:5353",
                "10.60.0.10:53",
            ])
    }

    @Test func itIsReadAsItIsWritten() {
        #expect(RelayCommand(arguments: command.arguments) == command)
        #expect(command.route.forward == PortForward(host: 5353, guest: 53, transport: .udp))
    }

    @Test(arguments: 0..<7)
    func anythingElseIsNone(_ place: Int) {
        var words = command.arguments
        words[place] = place == 3 ? "" : "?"
        #expect((RelayCommand(arguments: words) == nil) == (place != 3))
        #expect(RelayCommand(arguments: command.arguments.dropLast()) == nil)
        #expect(RelayCommand(arguments: command.arguments + ["more"]) == nil)
    }

    @Test func theProgramThatLeadsToTheMachineFollows() throws {
        let host = try #require(RemoteHost(LibvirtURI("qemu+ssh://root@far/system")))
        let forward = PortForward(host: 8080, guest: 80)
        let far = RelayCommand(machine, ForwardRoute(forward, to: IPv4Address(value: 0x0A3C_000A), through: host))
        #expect(far.arguments.prefix(8).suffix(2) == ["10.60.0.10:80", "ssh"])
        #expect(far.arguments.suffix(4) == ["-W", "10.60.0.10:80", "--", "far"])
        #expect(RelayCommand(arguments: far.arguments) == far)
    }

    @Test func whatIsNotForARelayIsLeftToTheProgram() {
        #expect(ForwardRelay.serve(["up"]) == nil)
        #expect(ForwardRelay.serve([]) == nil)
    }
}
