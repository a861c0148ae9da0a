import DevenvCommands
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import Testing

@Suite struct StatusTextTests {
    private func details(_ tools: GuestTools?) -> String {
        StatusText.details(
            MachineStatus(name: Samples.db, observation: MachineObservation(.running), guestTools: tools),
            style: .plain)
    }

    @Test(arguments: [
        (GuestTools("Guest Additions", isPresent: true, version: "7.0.6 r155176"), "Guest Additions 7.0.6 r155176"),
        (GuestTools("Guest Additions", isPresent: true), "Guest Additions"),
        (GuestTools("Guest Additions", isPresent: false), "none (Guest Additions)"),
    ])
    func whatIsKnownOfTheHypervisorsProgramsIsShown(_ tools: GuestTools, _ text: String) {
        #expect(details(tools) == "db\n  state        running\n  guest tools  \(text)\n")
    }

    @Test func whatIsNotKnownIsNotShown() {
        #expect(details(nil) == "db\n  state  running\n")
    }
}
