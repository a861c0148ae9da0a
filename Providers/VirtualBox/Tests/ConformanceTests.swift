import DevenvPluginAPI
import DevenvTestSupport
import Testing

/// What every provider promises, in a real VirtualBox with machines that have no operating system.
@Suite(.requiresVirtualBox, .requires(tool: "qemu-img"))
struct ConformanceTests {
    @Test(arguments: ProviderConformance.Case.allCases) func conforms(_ aCase: ProviderConformance.Case) async throws {
        try await VirtualBoxFixture.with { fixture in
            let suite = ProviderConformance(
                provider: fixture.provider, request: { fixture.request($0) },
                leftovers: { try await fixture.leftovers() })
            try await suite.run(aCase)
        }
    }
}
