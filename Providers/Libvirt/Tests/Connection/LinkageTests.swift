import DevenvHost
import DevenvTestSupport
import Glibc
import Testing

/// What the program needs before it can start.
@Suite(.requires(tool: "readelf")) struct LinkageTests {
    @Test func libvirtIsNotAmongTheLibrariesOfTheProgram() async throws {
        let call = ToolInvocation("readelf", ["--dynamic", "--wide", "/proc/\(getpid())/exe"])
        let outcome = try await SystemToolRunner().run(call)
        let needed = outcome.text.split(separator: "\n").filter { $0.contains("(NEEDED)") }
        #expect(needed.contains { $0.contains("libexpat") }, "the provider is part of this program")
        #expect(!needed.contains { $0.contains("libvirt") })
    }
}
