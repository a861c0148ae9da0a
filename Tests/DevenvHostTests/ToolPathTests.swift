import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

struct ToolPathTests {
    @Test func aProgramIsFoundByItsName() {
        #expect(ToolPath.find("sh").map { $0.isAbsolute && $0.lastComponent?.string == "sh" } == true)
    }

    @Test func aProgramThatIsNotInstalledIsNotFound() {
        #expect(ToolPath.find("no-such-program-of-devenv") == nil)
    }

    @Test func aPathIsTakenAsItIs() async throws {
        try await TemporaryDirectory.with { directory in
            let tool = try directory.write(Array("#!/bin/sh\n".utf8), to: "tool", mode: .ownerReadWriteExecute)
            #expect(ToolPath.find(tool.string) == tool)
            #expect(ToolPath.find(tool.string + "x") == nil)
        }
    }

    @Test func runningAMissingProgramSaysSo() async {
        let error = await #expect(throws: ToolError.self) {
            try await SystemToolRunner().run(ToolInvocation("no-such-program-of-devenv", []))
        }
        #expect(error?.code == .missing)
        #expect(error?.description == "'no-such-program-of-devenv' is not installed")
    }
}
