import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// What libvirt writes down of a machine's programs.
@Suite(.requiresRoot, .requiresLibvirt, .requires(tool: "swtpm")) struct EmulatorLogTests {
    @Test func theLogsOfAMachineGoWithIt() async throws {
        try await LibvirtFixture.with { fixture in
            var request = fixture.request(options: ["tpm": .boolean(true)])
            request.record = try await fixture.provider.create(request)
            request.record = try await fixture.provider.start(request)
            let id = request.identity.machine.rawValue
            let logs: [FilePath] = ["/var/log/libvirt/qemu", "/var/log/swtpm/libvirt/qemu"]
            #expect(try logs.map { try HostFiles.list($0).filter { $0.contains(id) }.count } == [1, 1])
            try await fixture.provider.destroy(request.recorded)
            #expect(try logs.map { try HostFiles.list($0).filter { $0.contains(id) }.count } == [0, 0])
        }
    }
}
