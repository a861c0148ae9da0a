import ContainerProvider
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// What a machine may and may not do.
@Suite(.requiresContainers)
struct IsolationTests {
    @Test func rootInsideIsNobodyOutside() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            try await fixture.up(web)
            _ = try await fixture.say("sudo touch /srv/mine", in: web)
            let process = try fixture.firstProcess(of: web)
            let status = try HostFiles.read(FilePath("/proc/\(process)/status")) ?? []
            #expect(String(decoding: status, as: UTF8.self).contains("Uid:\t1879048192\t"))
            let file = fixture.directories.data.pushing(
                FilePath("containers/\(fixture.project)/\(web.identity.machine)/upper/srv/mine"))
            let owner = try await fixture.host("stat", "-c", "%u", file.string)
            #expect(owner == "1879048192\n")
            // and the box's own files still belong to root inside
            #expect(try await fixture.say("stat -c %U:%a /usr/bin/sudo", in: web) == "root:4755")
        }
    }

    @Test func limitsHoldAndChangeWhileItRuns() async throws {
        try await ContainerFixture.with { fixture in
            let small = fixture.request { spec in
                spec.memory = ByteCount(bytes: 256 << 20)
                spec.cpus = 2
            }
            try await fixture.up(small)
            #expect(try limit("memory.limit_in_bytes", "memory", of: small, in: fixture) == "268435456")
            #expect(try limit("cpu.cfs_quota_us", "cpu", of: small, in: fixture) == "200000")
            let large = fixture.request { spec in spec.memory = ByteCount(bytes: 512 << 20) }
            _ = try await fixture.provider.update(large)
            #expect(try limit("memory.limit_in_bytes", "memory", of: large, in: fixture) == "536870912")
            #expect(try limit("cpu.cfs_quota_us", "cpu", of: large, in: fixture) == "-1")
            #expect(try await fixture.state(of: large) == .running)
            // a snapshot knows what they were when it was saved, not at the machine's start
            let changed = SnapshotName(unchecked: "changed")
            try await fixture.provider.saveSnapshot(changed, of: large.recorded)
            _ = try await fixture.provider.update(small)
            try await fixture.provider.restoreSnapshot(changed, of: large.recorded)
            #expect(try limit("memory.limit_in_bytes", "memory", of: large, in: fixture) == "536870912")
            #expect(try limit("cpu.cfs_quota_us", "cpu", of: large, in: fixture) == "-1")
            // less than it uses is refused, and kills nothing
            _ = try await fixture.say("head -c 80M /dev/zero >/dev/shm/held", in: large)
            let less = fixture.request { spec in spec.memory = ByteCount(bytes: 64 << 20) }
            await #expect(throws: ProviderError.self) { try await fixture.provider.update(less) }
            #expect(try await fixture.say("stat -c %s /dev/shm/held", in: large) == String(80 << 20))
        }
    }

    @Test func optionsReachTheMachine() async throws {
        try await ContainerFixture.with { fixture in
            let options = fixture.options([
                "capabilities": .list([OptionTree(.string("net_admin"))]), "pids": .integer(77),
                "dns": .string("198.18.0.53"),
            ])
            let web = fixture.request(change: options)
            try await fixture.up(web)
            #expect(try limit("pids.max", "pids", of: web, in: fixture) == "77")
            #expect(try await fixture.say("grep -c 'nameserver 198.18.0.53' /etc/resolv.conf", in: web) == "1")
            #expect(try await fixture.say("sudo ip link add name other type bridge && echo made", in: web) == "made")
        }
    }

    private func limit(_ file: String, _ controller: String, of request: MachineRequest, in fixture: ContainerFixture)
        throws -> String
    {
        let path = "/sys/fs/cgroup/\(controller)/devenv/\(fixture.project)/\(request.identity.machine)/\(file)"
        return String(decoding: try HostFiles.read(FilePath(path)) ?? [], as: UTF8.self).filter { $0 != "\n" }
    }
}
