import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// What the examples do, on whatever machines they run.
struct ExampleRun: Sendable {
    let project: AcceptanceProject
    /// The provider that `up` is told to take.
    let provider: String

    /// Runs a test with a copy of an example on container machines.
    static func onContainers(
        _ name: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: @Sendable (ExampleRun) async throws -> Void
    ) async throws {
        try await ExampleProject.with(name, home: .examples, sourceLocation: sourceLocation) {
            try await body(ExampleRun(project: $0, provider: "container"))
        }
    }

    /// Runs a test with a copy of an example on virtual machines.
    static func onVirtualMachines(
        _ name: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: @Sendable (ExampleRun) async throws -> Void
    ) async throws {
        try await ExampleProject.with(name, home: .virtualExamples, sourceLocation: sourceLocation) {
            try await body(ExampleRun(project: $0, provider: "libvirt"))
        }
    }

    /// The quickstart: a page with a row of a database, a folder that is synced, a row that outlives a halt.
    func showsARowOfItsDatabase() async throws {
        try await up()
        #expect(try await page(of: "web").contains("<h1>Hello from the database</h1>"))

        let file = project.directory.appending("app/page.html")
        let text = String(decoding: try #require(try HostFiles.read(file)), as: UTF8.self)
        let edited = text.split(separator: "<h1>").joined(separator: "<h1>Edited: ")
        try AtomicFile.write(Array(edited.utf8), to: file, durable: false)
        try await project.expect("sync", "web")
        #expect(try await page(of: "web").contains("<h1>Edited: Hello from the database</h1>"))

        try await project.expect("halt")
        try await up()
        #expect(try await page(of: "web").contains("Hello from the database"))
    }

    /// The single machine: a text that reaches it as it was written.
    func saysWhatItsScriptWasGiven() async throws {
        try await up()
        #expect(try await page(of: "machine") == "A greeting with spaces, \"quotes\" and $dollars\n")
    }

    /// The team's box: what its script worked out is in each machine, and building it again gives the same.
    func servesWhatItsBoxHolds() async throws {
        let build = ["box", "build", "boxes/web.yaml", "--provider", provider]
        let first = try await project.binary.run(build, in: project.directory, timeout: .seconds(300))
        #expect(first.status == 0 && first.text.hasPrefix("Built team/web 1.0: "), "\(first.transcript)")
        let second = try await project.binary.run(build, in: project.directory, timeout: .seconds(300))
        #expect(second.text == "Unchanged: " + first.text.dropFirst("Built ".count), "\(second.transcript)")
        try await up()
        #expect(try await page(of: "web").hasPrefix("<h1>Primes</h1> 2 3 5 7 11 13"))
    }

    /// The cluster: three machines, each of which has found the others.
    func machinesKnowEachOther() async throws {
        try await up()
        for number in 1...3 {
            let others = (1...3).filter { $0 != number }.map { "node-\($0)" }
            let peers = try await project.expect("ssh", "node-\(number)", "-c", "cat /var/lib/cluster/peers")
            let names = peers.text.split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
            #expect(names == others)
        }
    }

    private func up() async throws {
        try await project.expect("up", "--provider", provider, timeout: .seconds(400))
        // a second one finds nothing to do
        try await project.expect("plan", "--provider", provider)
    }

    private func page(of machine: String) async throws -> String {
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
