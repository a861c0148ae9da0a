import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import ContainerProvider

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
            // that of another machine, which is just being made and has no process in it yet
            let own = try #require(fixture.groups(of: web).directories.first)
            let group = own.removingLastComponent().appending("other")
            #expect(mkdir(group.string, 0o755) == 0)
            defer { rmdir(group.string) }
            try await fixture.provider.destroy(web.recorded)
            #expect(rmdir(group.string) == 0)
            #expect(rmdir(group.removingLastComponent().string) == 0)
            #expect(try await fixture.state(of: web) == .absent)
        }
    }

    @Test(arguments: [1, 120])
    func aBoxOfManyLayersIsOneRoot(count: Int) async throws {
        try await ContainerFixture.with { fixture in
            // the highest but one hides what the one below it brings, and has a file of an owner of its own
            let low = try fixture.makeLayer("low") { directory in
                try fixture.directory.write("low", to: "\(directory)/srv/hidden")
                try fixture.directory.write("low", to: "\(directory)/srv/replaced")
            }
            let middle = try (0..<count).map { number in
                try fixture.makeLayer("middle-\(number)") { directory in
                    try fixture.directory.write("\(number)", to: "\(directory)/srv/number")
                }
            }
            let high = try fixture.makeLayer("high") { directory in
                let replaced = try fixture.directory.write("high", to: "\(directory)/srv/replaced")
                #expect(chown(replaced.string, 1000, 1000) == 0)
                let whiteout = replaced.removingLastComponent().appending("hidden")
                #expect(mknod(whiteout.string, S_IFCHR, 0) == 0)
            }
            let box = fixture.box.layered(over: [low] + middle + [high])
            let web = fixture.request(box: box)
            _ = try await fixture.provider.create(web)
            _ = try await fixture.provider.start(web)
            let said = try await fixture.say(
                "ls /srv | xargs; sudo -n cat /srv/replaced /srv/number; stat -c ' %u' /srv/replaced", in: web)
            #expect(said == "number replaced\nhigh\(count - 1) 1000")
        }
    }
}

extension ContainerFixture {
    fileprivate func makeLayer(_ name: String, _ fill: (String) throws -> Void) throws -> FilePath {
        let layer = directory.path.appending("layers").appending(name)
        try HostFiles.makeDirectory(layer)
        try fill("layers/\(name)")
        for path in [layer.removingLastComponent(), layer, layer.appending("srv")] { chmod(path.string, 0o755) }
        return layer
    }
}

extension BoxImage {
    fileprivate func layered(over more: [FilePath]) -> BoxImage {
        BoxImage(name: name, digest: digest, format: format, layers: layers + more, user: user)
    }
}
