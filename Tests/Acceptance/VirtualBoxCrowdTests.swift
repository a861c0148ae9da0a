import DevenvHost
import DevenvTestSupport
import Testing

/// Many machines of VirtualBox at once, without systems in them.
@Suite(.tags(.large), .requiresVirtualBox, .requires(tool: "qemu-img", "truncate", "tar", "ssh-keygen"))
struct VirtualBoxCrowdTests {
    private static func envfile(_ count: Int, subnet: String) -> String {
        """
        version: 1
        provider: virtualbox
        networks: { back: { subnet: \(subnet) } }
        machines:
          node: { count: \(count), box: $BOX, memory: 32MiB, boot_timeout: 100ms, networks: [back] }

        """
    }

    /// The box is new to both; one of them copies its disk.
    @Test func machinesOfTwoProjectsComeUpAndGoAtOnce() async throws {
        try await TemporaryDirectory.with { directory in
            try await VirtualBoxHome.with(in: directory, networks: .own) { box in
                async let first: Void = Self.upAndDown(10, subnet: "192.168.61.0/24", box)
                async let second: Void = Self.upAndDown(2, subnet: "192.168.62.0/24", box)
                _ = try await (first, second)
            }
        }
    }

    private static func upAndDown(_ count: Int, subnet: String, _ box: VirtualBoxHome) async throws {
        try await AcceptanceProject.with(
            envfile(count, subnet: subnet), home: .withoutSystem, virtualBox: box
        ) { project in
            let outcome = try await project.devenv("up", "-j", "\(count)", timeout: .seconds(300))
            #expect(outcome.hasDoneAllButLogIn, "\(outcome.transcript)")
            #expect(!outcome.transcript.contains("lock"), "\(outcome.transcript)")
            let seen = try await project.expect("status").text
            #expect(seen.split(separator: "\n").filter { $0.contains("running") }.count == count, "\(seen)")
        }
    }
}
