import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import DevenvState

/// State that is written again and again by commands that are killed at any moment.
struct StateKillTests {
    /// An 'up' establishes the project, finds that there is no box, and withdraws what it wrote.
    @Test(.tags(.large)) func whatIsKilledWhileItWritesLeavesFilesThatParse() async throws {
        let count = getenv("DEVENV_TEST_KILLS").flatMap { Int(String(cString: $0)) } ?? 200
        try await TemporaryDirectory.with { directory in
            try directory.write("version: 1\nname: shop\nmachines: { web: { box: none } }\n", to: "Envfile")
            let home = directory.path.appending("home")
            let binary = DevenvBinary(home: home)
            var times: [Duration] = []
            for _ in 0..<5 {
                let began = ContinuousClock.now
                let whole = try await binary.run(["up"], in: directory.path)
                #expect(whole.status == 1, "\(whole.transcript)")
                times.append(ContinuousClock.now - began)
            }
            let time = try #require(times.min())
            let host = HostDirectories(environment: ["DEVENV_HOME": home.string])
            let store = ProjectStore(directory: directory.path, host: host, command: "test")
            var seen = 0
            for number in 0..<count {
                let moment = max(0.001, time / .seconds(1) * Double(number % 50) / 50)
                let call = ToolInvocation(
                    "timeout", ["-s", "KILL", "\(moment)", BuiltProgram.devenv.string, "up"],
                    environment: ["DEVENV_HOME": home.string, "DEVENV_SHARED_BOXES": ""], directory: directory.path)
                _ = try await SystemToolRunner().run(call)
                let project = try StateFile.read(ProjectRecord.self, store.projectFile)
                if let project {
                    seen += 1
                    _ = try StateFile.read(KnownProject.self, store.indexFile(of: project.id))
                }
                #expect(try store.machines().isEmpty)
            }
            print("\(count) killed, \(seen) of them between the first file and the last")
            #expect(try await binary.run(["up"], in: directory.path).status == 1)
            #expect(!HostFiles.exists(store.root), "the last one has cleaned up")
        }
    }
}
