import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// The same boxes and catalogs, given to Vagrant and to devenv.
@Suite(.requires(tool: "vagrant", "qemu-img", "tar", "gzip", "xz", "zstd", "curl", "python3"))
struct VagrantComparisonTests {
    @Test func bothMakeTheSameOfTheSameCatalog() async throws {
        let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        let script = root.appending("Scripts").appending("compare-with-vagrant")
        let outcome = try await SystemToolRunner().run(
            ToolInvocation(script.string, [BuiltProgram.devenv.string], timeout: .seconds(600)))
        #expect(outcome.status == 0, "\(outcome.transcript)")
        #expect(outcome.text.contains("no differences"))
        #expect(outcome.text.split(separator: "\n").count { $0.hasPrefix("same ") } >= 38)
    }
}
