import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import ContainerProvider

/// Machines that stand still.
struct SuspendTests {
    @Test(.requiresContainers) func aSuspendedMachineStandsStillAndGoesOnWithAllAroundIt() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request(forwards: [PortForward(host: try LoopbackPort.free(), guest: 22)])
            let absent = await #expect(throws: ProviderError.self) {
                try await fixture.provider.suspend(web.recorded)
            }
            #expect(absent?.code == .invalidRequest)
            try await fixture.up(web)
            let (process, groups) = (try fixture.firstProcess(of: web), fixture.groups(of: web))
            _ = try await fixture.say(
                "sudo setsid -f sh -c 'while :; do date +%N >/srv/tick; sleep 0.01; done' >/dev/null 2>&1 </dev/null",
                in: web)
            try await fixture.provider.suspend(web.recorded)
            #expect(groups.isFrozen)
            let seen = try await fixture.observation(of: web)
            #expect(seen == MachineObservation(.suspended, address: web.spec.interfaces[0].address))
            let link = try #require(
                try HostFiles.list("/sys/class/net").first { $0.hasPrefix("vd" + web.identity.machine.short) })
            try await fixture.host("ip", "link", "delete", link)
            #expect(try await fixture.observation(of: web)?.drift.count == 1)
            try await fixture.provider.resume(web.recorded)
            #expect(!groups.isFrozen)
            let back = MachineObservation(.running, address: web.spec.interfaces[0].address)
            #expect(try await fixture.observation(of: web) == back)
            #expect(try fixture.firstProcess(of: web) == process)
            let tick = try await fixture.say("cat /srv/tick", in: web)
            try await eventually("its programs go on") { try await fixture.say("cat /srv/tick", in: web) != tick }
            // whoever starts it means that it is to run
            try await fixture.provider.suspend(web.recorded)
            _ = try await fixture.provider.start(web)
            #expect(try await fixture.observation(of: web) == back)
        }
    }

    @Test func theFreezerOfVersion2IsOneFileAndAnotherSaysWhenItIsDone() async throws {
        try await TemporaryDirectory.with { directory in
            let root = directory.path
            try HostFiles.makeDirectory(root.appending("m"))
            try directory.write("cpu\n", to: "cgroup.controllers")
            try directory.write("0\n", to: "m/cgroup.freeze")
            try directory.write("populated 1\nfrozen 1\n", to: "m/cgroup.events")
            let groups = ControlGroups("m", root: root)
            #expect(!groups.isFrozen)
            try await groups.freeze()
            #expect(try HostFiles.read(root.pushing("m/cgroup.freeze")) == Array("1\n".utf8))
            #expect(groups.isFrozen)
            try groups.thaw()
            #expect(!groups.isFrozen)
        }
    }

    @Test func aHostWithoutAFreezerIsToldSo() async throws {
        try await TemporaryDirectory.with { directory in
            try HostFiles.makeDirectory(directory.path.pushing("pids/m"))
            let groups = ControlGroups("m", root: directory.path)
            let error = await #expect(throws: ProviderError.self) { try await groups.freeze() }
            #expect(error?.code == .unsupported)
            #expect(!groups.isFrozen)
        }
    }
}

extension ContainerFixture {
    /// A machine's control groups.
    func groups(of request: MachineRequest) -> ControlGroups {
        ControlGroups("devenv/\(project)/\(request.identity.machine)")
    }
}
