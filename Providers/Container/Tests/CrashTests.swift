import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import ContainerProvider

/// What breaks off around machines, and how they come back.
@Suite(.requiresContainers)
struct CrashTests {
    @Test func aRunningMachineGetsBackWhatWasTakenFromTheHost() async throws {
        try await ContainerFixture.with { fixture in
            let (provider, web) = (fixture.provider, fixture.request())
            try await fixture.up(web)
            let process = try fixture.firstProcess(of: web)
            _ = try await fixture.say("sudo touch /srv/kept", in: web)
            let root = fixture.root(of: web)
            try await fixture.host("umount", "--lazy", root.string)
            #expect(
                try await fixture.observation(of: web)?.drift == ["its root file system is not mounted on '\(root)'"])
            _ = try await provider.start(web)
            #expect(try await fixture.observation(of: web)?.drift == [])
            // it is the machine's own, not another over the same layers
            _ = try await fixture.say("sudo touch /srv/more", in: web)
            #expect(try HostFiles.list(root.appending("srv")) == ["kept", "more"])

            // all that is noted below the runtime directory, but what is mounted there
            for name in try HostFiles.list(root.removingLastComponent()) where name != "rootfs" {
                try HostFiles.remove(root.removingLastComponent().appending(name))
            }
            try HostFiles.remove(fixture.directories.runtime.appending("runc"))
            #expect(try await fixture.observation(of: web)?.drift == ["what was noted of its start is gone"])
            _ = try await provider.start(web)
            #expect(try await fixture.observation(of: web)?.drift == [])
            #expect(try fixture.firstProcess(of: web) == process)
            let update = await #expect(throws: ProviderError.self) { _ = try await provider.update(web) }
            #expect(update?.help == "run 'devenv reload web'")
            let save = await #expect(throws: ProviderError.self) {
                try await provider.saveSnapshot(SnapshotName(unchecked: "one"), of: web.recorded)
            }
            #expect(save?.help == "run 'devenv reload' first")

            // the server is what the machine is there for: without it the machine ends, and comes back
            let server = try #require(
                fixture.groups(of: web).processes.subtracting([process]).min().flatMap(MachineProcess.init(living:)))
            server.signal(SIGKILL)
            try await eventually("it has ended") { try await fixture.state(of: web) == .stopped }
            _ = try await provider.start(web)
            #expect(try await fixture.say("ls /srv", in: web) == "kept\nmore")
            _ = try await provider.update(web)
        }
    }

    @Test func aMissingLayerOfTheBoxIsNamedAndComesBack() async throws {
        try await ContainerFixture.with { fixture in
            let (layer, aside) = (
                fixture.directory.path.appending("layer"), fixture.directory.path.appending("aside")
            )
            try HostFiles.makeDirectory(layer)
            let plain = fixture.box
            let box = BoxImage(
                name: plain.name, digest: plain.digest, format: plain.format, layers: plain.layers + [layer],
                user: plain.user)
            let web = fixture.request(box: box)
            _ = try await fixture.provider.create(web)
            try await fixture.provider.stop(web.recorded, grace: .zero)
            try HostFiles.rename(layer, to: aside)
            let reason = "the layer '\(layer)' of the box is missing; add the box again: 'devenv box add'"
            #expect(try await fixture.state(of: web) == .broken(reason))
            let error = await #expect(throws: ProviderError.self) { _ = try await fixture.provider.start(web) }
            #expect(error?.description == reason)
            try HostFiles.rename(aside, to: layer)
            _ = try await fixture.provider.start(web)
            // what runs holds on to its layers
            try HostFiles.rename(layer, to: aside)
            #expect(try await fixture.state(of: web) == .running)
            try await fixture.provider.destroy(web.recorded)
            #expect(try await fixture.state(of: web) == .absent)
        }
    }

    @Test func aStartWhoseRuntimeIsKilledLeavesNothingAndIsRepeated() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            for moment in ["0.001", "0.008", "0.015", "0.025", "0.040"] {
                let cut = ContainerProvider(
                    directories: fixture.directories, tools: DoomedRuntime(command: "create", moment: moment))
                // a quick one has done its work by then
                _ = try? await cut.start(web)
                try await fixture.provider.stop(web.recorded, grace: .zero)
                #expect(try await fixture.state(of: web) == .stopped, "after \(moment) s")
                #expect(fixture.leftovers.mounts() == [], "after \(moment) s")
            }
            let cut = ContainerProvider(
                directories: fixture.directories, tools: DoomedRuntime(command: "start", moment: "0.001"))
            await #expect(throws: ProviderError.self) { _ = try await cut.start(web) }
            #expect(try await fixture.state(of: web) == .stopped)
            _ = try await fixture.provider.start(web)
            #expect(try await fixture.say("hostname", in: web) == "web")
        }
    }
}

/// Runs the real tools, but kills runc in one of its commands a moment after it has begun.
private struct DoomedRuntime: ToolRunner {
    let command: String
    /// In seconds, as timeout(1) takes it.
    let moment: String

    func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        guard invocation.tool == "runc", invocation.arguments.contains(command) else {
            return try await SystemToolRunner().run(invocation)
        }
        let call = ToolInvocation(
            "timeout", ["-s", "KILL", moment, "runc"] + invocation.arguments, input: invocation.input,
            output: invocation.output, timeout: invocation.timeout)
        return try await SystemToolRunner().run(call)
    }
}
