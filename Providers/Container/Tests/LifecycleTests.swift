import ContainerProvider
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// One machine from nothing to nothing.
@Suite(.requiresContainers)
struct LifecycleTests {
    @Test func aMachineComesUpAnswersStopsStartsAgainAndGoes() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            #expect(try await fixture.state(of: web) == .absent)
            _ = try await fixture.provider.create(web)
            #expect(try await fixture.state(of: web) == .stopped)
            _ = try await fixture.provider.start(web)
            #expect(
                try await fixture.observation(of: web)
                    == MachineObservation(.running, address: web.spec.interfaces[0].address))
            #expect(try await fixture.say("id -un; hostname", in: web) == "dev\nweb")
            _ = try await fixture.say("sudo -n touch /srv/kept", in: web)
            try await fixture.provider.stop(web.recorded, grace: .seconds(10))
            #expect(try await fixture.state(of: web) == .stopped)
            _ = try await fixture.provider.start(web)
            #expect(try await fixture.say("ls /srv", in: web) == "kept")
            try await fixture.provider.destroy(web.recorded)
            #expect(try await fixture.state(of: web) == .absent)
        }
    }
}
