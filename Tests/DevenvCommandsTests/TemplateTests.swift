import DevenvCommands
import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import DevenvTestSupport
import Testing

@Suite struct TemplateTests {
    @Test(arguments: EnvfileTemplate.allCases)
    func everyTemplateIsValidAsItIs(_ template: EnvfileTemplate) async throws {
        try await TemporaryDirectory.with { directory in
            let source = SourceText(name: "Envfile", template.text(box: "debian/12@~> 12.0"))
            let result = EnvfileLoader.load(source, directory: directory.path)
            #expect(result.diagnostics == [])
            let graph = try #require(result.graph)
            #expect(graph.machines.allSatisfy { $0.box?.value.description == "debian/12@~> 12.0" })
        }
    }
}
