import DevenvHost
import DevenvTestSupport
import Testing

/// Virtual machines, ended at every point: what is true of containers is true of them.
///
/// Each test has a libvirt of its own. In a pool that others use too it would depend on their machines which points are
/// passed: whether the pool is made, whether a base goes. Several share the work, side by side, on a port each.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(
        tool: "libvirtd", "virtlogd", "virsh", "tini", "unshare", "qemu-system-x86_64", "qemu-img", "xorriso", "ip",
        "rsync", "ssh"))
struct VirtualKillTests {
    private static let shares = 2

    @Test(arguments: 0..<shares)
    func upAndDestroyCompleteWhatAKillLeftAtAnyPoint(_ share: Int) async throws {
        try await Self.with(share, port: 28_280) { try await $0.upAndDestroyCompleteWhatAKillLeft() }
    }

    @Test(arguments: 0..<shares)
    func destroyRemovesWhatAKilledUpLeftAtAnyPoint(_ share: Int) async throws {
        try await Self.with(share, port: 28_290) { try await $0.destroyRemovesWhatAKilledUpLeft() }
    }

    private static func with(_ share: Int, port: Int, _ body: (KillHarness) async throws -> Void) async throws {
        let machine = """
              one: { forward: [{ host: \(port + share), guest: 22, auto: true }], \
            provision: [{ name: mark, shell: echo done > /srv/mark }] }
            """
        let envfile = try await VirtualMachine.envfile("kill", machine)
        try await PrivateLibvirt.with(.system) { libvirt in
            let harness = KillHarness(
                envfile: envfile, home: .virtual, libvirt: libvirt,
                share: KillHarness.Share(number: share, of: shares)
            ) { project, point in
                let mark = try await project.devenv("ssh", "-c", "cat /srv/mark")
                #expect(mark.text == "done\n", "after a kill at \(point): \(mark.transcript)")
            }
            try await body(harness)
        }
    }
}
