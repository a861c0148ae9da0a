import ContainerProvider
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Testing

/// Machines whose first process is systemd.
@Suite(.requiresContainers)
struct SystemdTests {
    @Test func unitsRunAndEndInOrder() async throws {
        let box = try await TestBox.systemd()
        try await ContainerFixture.with { fixture in
            let options = fixture.options(["init": .string("systemd")])
            let web = fixture.request(box: box, change: options)
            try await fixture.up(web)
            // waits until it has started everything; "degraded" where a unit failed
            #expect(try await fixture.say("sudo systemctl is-system-running --wait", in: web) == "running")
            #expect(try await fixture.say("cat /proc/1/comm; id -un", in: web) == "systemd\ndev")
            let unit = "[Service]\\nExecStart=/bin/sleep 1000\\nExecStop=/bin/touch /srv/stopped"
            let write = "printf '\(unit)' | sudo tee /etc/systemd/system/idle.service >/dev/null"
            _ = try await fixture.say("\(write) && sudo systemctl start idle", in: web)
            let members = "/sys/fs/cgroup/*/system.slice/idle.service/cgroup.procs"
            #expect(try await fixture.say("cat \(members) | wc -l", in: web) != "0")
            try await fixture.provider.stop(web.recorded, grace: .seconds(20))
            #expect(try await fixture.state(of: web) == .stopped)
            _ = try await fixture.provider.start(web)
            #expect(try await fixture.say("ls /srv", in: web) == "stopped")
        }
    }
}
