import ContainerProvider
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

/// Machines that crun makes.
@Suite(.requiresContainers, .requires(tool: "crun"))
struct CrunTests {
    @Test func aMachineOfCrunIsLikeAnyOther() async throws {
        try await ContainerFixture.with { fixture in
            let options = fixture.options(["runtime": .string("crun"), "nesting": .boolean(true)])
            let web = fixture.request(change: options)
            try await fixture.up(web)
            let group = "/sys/fs/cgroup/memory/memory.limit_in_bytes"
            let said = try await fixture.say(
                "hostname; grep Seccomp: /proc/self/status; awk '{ print $2 }' /proc/self/uid_map", in: web)
            #expect(said == "web\nSeccomp:\t2\n1879048192")
            let small = fixture.request { spec in
                options(&spec)
                (spec.memory, spec.cpus) = (ByteCount(bytes: 128 << 20), 1)
            }
            _ = try await fixture.provider.update(small)
            #expect(try await fixture.say("cat \(group)", in: web) == String(128 << 20))
            _ = try await fixture.provider.update(web)
            #expect(try await fixture.say("cat \(group)", in: web) != String(128 << 20))
            try await fixture.provider.stop(web.recorded, grace: .seconds(10))
            #expect(try await fixture.state(of: web) == .stopped)
            _ = try await fixture.provider.start(web)
            #expect(try await fixture.say("hostname", in: web) == "web")
        }
    }

    /// What such a start takes of the host is not in the files that a snapshot holds.
    @Test func aSnapshotOfARunningMachineKnowsHowItWasStarted() async throws {
        try await ContainerFixture.with { fixture in
            let source = try fixture.directory.write("from the host", to: "src/file")
            let binds = [OptionTree(.string("src:/shared")), OptionTree(.string("\(source):/etc/given:ro"))]
            let web = fixture.request(
                change: fixture.options([
                    "runtime": .string("crun"), "nesting": .boolean(true), "devices": .string("/dev/net/tun"),
                    "binds": .list(binds),
                ]))
            try await fixture.up(web)
            let before = try await fixture.say(Self.surroundings, in: web)
            #expect(before.hasPrefix("from the host\nro\n/sys/fs/cgroup/pids/inner\n"), "\(before)")
            let one = SnapshotName(unchecked: "one")
            try await fixture.provider.saveSnapshot(one, of: web.recorded)
            // since then it is another one
            try await fixture.provider.stop(web.recorded, grace: .zero)
            _ = try await fixture.provider.start(fixture.request())
            #expect(try await fixture.run("cat /shared/file /etc/given", in: web).status != 0)
            try await fixture.provider.restoreSnapshot(one, of: web.recorded)
            #expect(try await fixture.say(Self.surroundings, in: web) == before)
            #expect(fixture.leftovers.mounts().count == 1)
            // its limits are changed by the runtime that made it, whatever is wanted now
            let small = fixture.request { $0.memory = ByteCount(bytes: 128 << 20) }
            _ = try await fixture.provider.update(small)
            let limit = try await fixture.say("cat /sys/fs/cgroup/memory/memory.limit_in_bytes", in: web)
            #expect(limit == String(128 << 20))
            // without the source it can't run as it did; its files are back all the same
            try HostFiles.remove(source.removingLastComponent())
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.provider.restoreSnapshot(one, of: web.recorded)
            }
            #expect(error?.message.contains("to bind on '/shared'") == true, "\(error?.message ?? "")")
            #expect(try await fixture.state(of: web) == .stopped)
            _ = try await fixture.provider.start(fixture.request())
            #expect(try await fixture.state(of: web) == .running)
        }
    }

    private static let surroundings = """
        cat /shared/file; echo; findmnt -no OPTIONS /etc/given | tr , '\\n' | grep -x ro; sudo mkdir -p /sys/fs/cgroup/pids/inner && \
        ls -d /sys/fs/cgroup/pids/inner; stat -c '%n %t:%T' /dev/net/tun /dev/fuse; cat /proc/1/comm
        """

    @Test func whatCrunSaysIsTheReason() async throws {
        try await ContainerFixture.with { fixture in
            let options: KeyValuePairs<String, OptionTree.Value> = [
                "runtime": .string("crun"), "command": .string("/no/such/program"), "init": .boolean(false),
            ]
            let web = fixture.request(change: fixture.options(options))
            let error = await #expect(throws: ProviderError.self) { try await fixture.up(web) }
            #expect(error?.message.contains("/no/such/program") == true, "\(error?.message ?? "")")
        }
    }
}
