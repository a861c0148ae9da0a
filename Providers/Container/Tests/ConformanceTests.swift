import ContainerProvider
import DevenvPluginAPI
import DevenvTestSupport
import Testing

/// What every provider promises, on real containers.
@Suite(.requiresContainers)
struct ConformanceTests {
    @Test(arguments: ProviderConformance.Case.allCases) func conforms(_ aCase: ProviderConformance.Case) async throws {
        try await ContainerFixture.with { fixture in
            let addresses: [String: UInt32] = ["one": 11, "two": 12, "three": 13]
            let suite = ProviderConformance(
                provider: fixture.provider, request: { fixture.request($0, address: addresses[$0] ?? 10) },
                leftovers: { fixture.leftovers.all() })
            try await suite.run(aCase)
        }
    }
}
