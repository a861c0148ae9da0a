import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// The examples, brought up for real.
@Suite(.requiresRoot, .requires(tool: "mmdebstrap", "runc", "ssh", "rsync", "curl"), .serialized)
struct ExampleRunTests {
    @Test func theQuickstartShowsARowOfItsDatabase() async throws {
        try await ExampleProject.with("quickstart") { project in
            try await project.expect("up")
            #expect(try await page(of: project, "web").contains("<h1>Hello from the database</h1>"))

            let file = project.directory.appending("app/page.html")
            let text = String(decoding: try #require(try HostFiles.read(file)), as: UTF8.self)
            let edited = text.split(separator: "<h1>").joined(separator: "<h1>Edited: ")
            try AtomicFile.write(Array(edited.utf8), to: file, durable: false)
            try await project.expect("sync", "web")
            #expect(try await page(of: project, "web").contains("<h1>Edited: Hello from the database</h1>"))

            try await project.expect("halt")
            try await project.expect("up")
            #expect(try await page(of: project, "web").contains("Hello from the database"))
        }
    }

    @Test func theSingleMachineSaysWhatItsScriptWasGiven() async throws {
        try await ExampleProject.with("single") { project in
            try await project.expect("up")
            let text = try await page(of: project, "machine")
            #expect(text == "A greeting with spaces, \"quotes\" and $dollars\n")
        }
    }

    @Test func theNodesOfTheClusterKnowEachOther() async throws {
        try await ExampleProject.with("cluster") { project in
            try await project.expect("up")
            for number in 1...3 {
                let others = (1...3).filter { $0 != number }.map { "node-\($0)" }
                let peers = try await project.expect("ssh", "node-\(number)", "-c", "cat /var/lib/cluster/peers")
                let names = peers.text.split(separator: "\n").compactMap {
                    $0.split(separator: " ").last.map(String.init)
                }
                #expect(names == others)
            }
        }
    }

    private func page(of project: AcceptanceProject, _ machine: String) async throws -> String {
        let port = try await project.expect("port", machine, "--guest", "8000").text.filter(\.isNumber)
        try #require(!port.isEmpty)
        // A server that was started a moment ago may not listen yet.
        let call = ToolInvocation(
            "curl",
            [
                "-sS", "--fail", "--max-time", "10", "--retry", "20", "--retry-connrefused", "--retry-delay", "1",
                "http://127.0.0.1:\(port)/",
            ])
        let outcome = try await SystemToolRunner().run(call)
        #expect(outcome.status == 0, "\(outcome.complaint)")
        return outcome.text
    }
}
