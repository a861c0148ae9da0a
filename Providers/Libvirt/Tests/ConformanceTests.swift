import DevenvPluginAPI
import DevenvTestSupport
import Testing

/// What every provider promises: on libvirt's own driver for tests, and on QEMU with machines that have no operating system.
struct ConformanceTests {
    @Test(.requires(tool: "virsh", "qemu-img"), arguments: ProviderConformance.Case.allCases)
    func conformsOnTheTestDriver(_ aCase: ProviderConformance.Case) async throws {
        try await conforms(aCase, at: "test:///default")
    }

    @Test(.requiresRoot, .requiresLibvirt, arguments: ProviderConformance.Case.allCases)
    func conformsOnQEMU(_ aCase: ProviderConformance.Case) async throws {
        try await conforms(aCase, at: LibvirtDaemon.system)
    }

    private func conforms(_ aCase: ProviderConformance.Case, at uri: String) async throws {
        try await LibvirtFixture.with(uri: uri) { fixture in
            let suite = ProviderConformance(
                provider: fixture.provider, request: { fixture.request($0) },
                leftovers: { try await fixture.leftovers() })
            try await suite.run(aCase)
        }
    }
}
