import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@Suite struct ExecutableSearchTests {
    @Test func theFirstFileThatMayBeExecutedIsFound() async throws {
        try await TemporaryDirectory.with { directory in
            _ = try directory.write([], to: "one/tool", mode: [.ownerReadWrite])
            _ = try directory.write([], to: "two/tool", mode: [.ownerReadWriteExecute])
            try HostFiles.makeDirectory(directory.path.appending("three/tool"))
            let path = ["one", "three", "missing", "two"].map { directory.path.appending($0).string }.joined(
                separator: ":")
            #expect(ExecutableSearch.find("tool", path: path) == directory.path.appending("two/tool"))
            #expect(ExecutableSearch.find("other", path: path) == nil)
        }
    }

    @Test func aNameWithASlashIsNotSearchedFor() async throws {
        try await TemporaryDirectory.with { directory in
            let tool = try directory.write([], to: "tool", mode: [.ownerReadWriteExecute])
            #expect(ExecutableSearch.find(tool.string, path: "") == tool)
            #expect(ExecutableSearch.find("./nothing-of-that-name", path: directory.path.string) == nil)
        }
    }
}
