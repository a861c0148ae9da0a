import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// What was found out once.
struct RememberedLineTests {
    @Test func aLineIsRecalledUnderTheSameCircumstancesOnly() async throws {
        try await TemporaryDirectory.with { directory in
            let file: FilePath = "new/line"
            let memory = RememberedLine(file, in: directory.path, under: ["one", "two"])
            #expect(memory.recall() == nil)
            memory.keep("found")
            #expect(memory.recall() == "found")
            #expect(RememberedLine(file, in: directory.path, under: ["one", "2"]).recall() == nil)
            #expect(RememberedLine(file, in: directory.path, under: ["one"]).recall() == nil)
            let more = RememberedLine(file, in: directory.path, under: ["one", "two", "three"])
            #expect(more.recall() == nil)
        }
    }

    @Test func whereNothingIsKeptYetNothingIsKept() async throws {
        try await TemporaryDirectory.with { directory in
            let home = directory.path.appending("home")
            RememberedLine("line", in: home, under: []).keep("found")
            #expect(!HostFiles.exists(home))
        }
    }

    @Test(arguments: ["", "one\n", "one\nfound", "one\nfound\n\n", "one\nfound\nmore"])
    func whatIsNoSuchFileIsNotBelieved(_ text: String) async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write(text, to: "line")
            #expect(RememberedLine("line", in: directory.path, under: ["one"]).recall() == nil)
        }
    }
}
