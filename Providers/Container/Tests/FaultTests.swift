import ContainerProvider
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// What goes wrong, and what the next call makes of it.
@Suite(.requiresContainers)
struct FaultTests {
    @Test func aMachineWhoseFirstProcessWasKilledStartsAgainWithItsData() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request(forwards: [PortForward(host: try LoopbackPort.free(), guest: 22)])
            try await fixture.up(web)
            _ = try await fixture.say("sudo touch /srv/kept", in: web)
            kill(try fixture.firstProcess(of: web), SIGKILL)
            try await eventually("it is seen as stopped") { try await fixture.state(of: web) == .stopped }
            _ = try await fixture.provider.start(web)
            #expect(try await fixture.say("ls /srv", in: web) == "kept")
        }
    }

    @Test func whatIsTakenAwayAroundARunningMachineIsSeenAndPutBack() async throws {
        try await ContainerFixture.with { fixture in
            let port = try LoopbackPort.free()
            let web = fixture.request(forwards: [PortForward(host: port, guest: 22)])
            try await fixture.up(web)
            let process = try fixture.firstProcess(of: web)
            try await fixture.host("nft", "delete element inet devenv to_tcp { 127.0.0.1 . \(port) }")
            let link = try #require(
                try HostFiles.list("/sys/class/net").first { $0.hasPrefix("vd" + web.identity.machine.short) })
            try await fixture.host("ip", "link", "delete", link)
            #expect(try await fixture.observation(of: web)?.drift.count == 2)
            _ = try await fixture.provider.start(web)
            #expect(try await fixture.observation(of: web)?.drift == [])
            #expect(try fixture.firstProcess(of: web) == process)
            #expect(try await fixture.say("hostname", in: web) == "web")
        }
    }

    @Test(arguments: ["runc/STATE/state.json", "containers/MACHINE/run.json"])
    func damagedNotesKeepNobodyFromStoppingAndDestroying(_ file: String) async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            let id = "\(fixture.project)-\(web.identity.machine)"
            let name = file.replacing("STATE", with: "devenv-" + id)
                .replacing("MACHINE", with: "\(fixture.project)/\(web.identity.machine)")
            let path = fixture.directories.runtime.pushing(FilePath(name))
            #expect(HostFiles.exists(path))
            try AtomicFile.write(Array("{".utf8), to: path, durable: false)
            #expect(try await fixture.state(of: web) == .running)
            try await fixture.provider.stop(web.recorded, grace: .seconds(10))
            #expect(try await fixture.state(of: web) == .stopped)
            try await fixture.provider.destroy(web.recorded)
        }
    }

    @Test func aRebootLeavesTheDiskAndTheNextStartMakesTheRest() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request(forwards: [PortForward(host: try LoopbackPort.free(), guest: 22)])
            try await fixture.up(web)
            _ = try await fixture.say("sudo touch /srv/kept", in: web)
            let run = fixture.directories.runtime
            let root = run.pushing(FilePath("containers/\(fixture.project)/\(web.identity.machine)/rootfs"))
            kill(try fixture.firstProcess(of: web), SIGKILL)
            try await eventually("it has ended") { try await fixture.state(of: web) == .stopped }
            try await eventually("its root can be unmounted") {
                try await SystemToolRunner().run(ToolInvocation("umount", [root.string])).status == 0
            }
            try HostFiles.remove(run)
            #expect(try await fixture.state(of: web) == .stopped)
            _ = try await fixture.provider.start(web)
            #expect(try await fixture.say("ls /srv", in: web) == "kept")
        }
    }

    @Test func servicesAreAskedToEndBeforeTheMachineDoes() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            let service = "trap \"touch /srv/ended; exit 0\" TERM; touch /srv/begun; while :; do sleep 0.05; done"
            _ = try await fixture.say("sudo setsid -f sh -c '\(service)' >/dev/null 2>&1 </dev/null", in: web)
            try await eventually("the service runs") {
                try await fixture.run("test -e /srv/begun", in: web).status == 0
            }
            try await fixture.provider.stop(web.recorded, grace: .seconds(20))
            _ = try await fixture.provider.start(web)
            let files = try await fixture.say("ls /srv", in: web)
            #expect(files == "begun\nended")
        }
    }

    @Test func aLostNoteOfARunningMachineIsWrittenAgain() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            let process = try fixture.firstProcess(of: web)
            let note = fixture.directories.runtime.pushing(
                FilePath("containers/\(fixture.project)/\(web.identity.machine)/run.json"))
            try HostFiles.remove(note)
            #expect(try await fixture.observation(of: web)?.drift.count == 1)
            _ = try await fixture.provider.start(web)
            #expect(try await fixture.observation(of: web)?.drift == [])
            #expect(try fixture.firstProcess(of: web) == process)
        }
    }

    @Test func aMachineWhoseFilesAreRemovedWhileItRunsIsBroken() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            let disk = fixture.directories.data.pushing(
                FilePath("containers/\(fixture.project)/\(web.identity.machine)"))
            try HostFiles.remove(disk)
            let reason = "its files in '\(disk)' are gone: removed, or made with another DEVENV_HOME"
            #expect(try await fixture.state(of: web) == .broken(reason))
            try await fixture.provider.destroy(web.recorded)
            #expect(try await fixture.state(of: web) == .absent)
        }
    }

    @Test func aFullDiskIsSaidToBeFull() async throws {
        try await ContainerFixture.with { fixture in
            let home = fixture.directories.data
            mkdir(home.string, 0o711)
            try await fixture.host("mount", "-t", "tmpfs", "-o", "size=16k,mode=711", "tmpfs", home.string)
            let web = fixture.request()
            let error = await #expect(throws: ProviderError.self) { try await fixture.provider.create(web) }
            #expect(error?.code == .diskFull)
            try await fixture.provider.destroy(web.recorded)
            // what the machine's making started may be about to end
            try await eventually("nothing uses the file system any more") {
                try await SystemToolRunner().run(ToolInvocation("umount", [home.string])).status == 0
            }
        }
    }

    @Test func eightMachinesComeUpAtOnce() async throws {
        try await ContainerFixture.with { fixture in
            let requests = (0..<8).map { fixture.request("web-\($0)", address: 10 + $0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for request in requests { group.addTask { try await fixture.up(request) } }
                try await group.waitForAll()
            }
            for request in requests {
                #expect(try await fixture.say("hostname", in: request) == request.spec.hostname)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for request in requests { group.addTask { try await fixture.provider.destroy(request.recorded) } }
                try await group.waitForAll()
            }
        }
    }

    @Test func aCommandThatDoesNotExistIsNamedAndNothingRuns() async throws {
        try await ContainerFixture.with { fixture in
            let options = fixture.options(["command": .string("/no/such/program"), "init": .boolean(false)])
            let web = fixture.request(change: options)
            _ = try await fixture.provider.create(web)
            let error = await #expect(throws: ProviderError.self) { try await fixture.provider.start(web) }
            #expect(error?.message.contains("/no/such/program") == true)
            #expect(try await fixture.state(of: web) == .stopped)
        }
    }
}
