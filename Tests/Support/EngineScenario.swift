import DevenvDiagnostics
import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage
import Testing

/// What a provisioner for an engine for containers must do, tried with the real engine on this host. Nothing is downloaded: the image
/// is this host's busybox and nothing else.
package struct EngineScenario: Sendable {
    /// The project; its programs reach an engine of the test's own.
    package let project: HostedProject
    /// The engine's command, with the environment that leads to that engine.
    package let engine: String
    package let environment: [String: String]
    /// What is tried, whose kind is the engine's command.
    package let provisioner: any Provisioner
    /// A registry that the engine pushes to and pulls from.
    package let registry: RegistryServer

    /// The secret that containers are given.
    package static let secrets = ["token": "it's a \"t0ken"]

    /// Describes one.
    package init(
        _ provisioner: any Provisioner, in project: HostedProject, with registry: RegistryServer,
        environment: [String: String]
    ) {
        self.registry = registry
        self.provisioner = provisioner
        self.project = project
        self.environment = environment
        engine = provisioner.kind
    }

    /// Tries all of it, and removes the containers however that ends.
    package func carryOut() async throws {
        try project.write("FROM scratch\nCOPY busybox /bin/busybox\n", to: "image/Dockerfile")
        let busybox = try HostFiles.read("/usr/bin/busybox") ?? []
        try AtomicFile.write(
            busybox, to: project.directory.path.pushing("image/busybox"),
            mode: [.ownerReadWriteExecute, .otherExecute],
            durable: false)
        let result: Result<Void, any Error>
        do { result = .success(try await tryAll()) } catch { result = .failure(error) }
        for name in ["one", "two", "theirs"] { _ = try await ask("rm", "--force", name) }
        try result.get()
    }

    private func tryAll() async throws {
        let first = try await run(["one": Self.container("a b"), "two": Self.container("x")])
        #expect(first.contains("container one: made\n") && first.contains("container two: made\n"), "\(first)")
        let variables = try await ask("exec", "one", "/bin/busybox", "env")
        #expect(variables.contains("TOKEN=it's a \"t0ken\n") && variables.contains("PLAIN=a b\n"), "\(variables)")
        let again = try await run(["one": Self.container("a b"), "two": Self.container("x")])
        for line in ["image devenv/page: unchanged\n", "container one: unchanged\n", "container two: unchanged\n"] {
            #expect(again.contains(line), "\(again)")
        }
        _ = try await ask("kill", "one")
        try await eventually("it has stopped") {
            try await self.ask("container", "inspect", "--format", "{{.State.Running}}", "one") == "false\n"
        }
        let changed = try await run(["one": Self.container("a b")])
        #expect(changed.contains("container one: started\n"), "\(changed)")
        #expect(changed.contains("container two: removed\n"), "\(changed)")
        let anew = try await run(["one": Self.container("c")])
        #expect(anew.contains("container one: made anew\n"), "\(anew)")
        try project.write("FROM scratch\nCOPY busybox /bin/busybox\nENV NEW=yes\n", to: "image/Dockerfile")
        let rebuilt = try await run(["one": Self.container("c")])
        #expect(rebuilt.contains("container one: made anew\n"), "a new image: \(rebuilt)")
        #expect(try await ask("exec", "one", "/bin/busybox", "env").contains("NEW=yes\n"))
        try await expectPulled()
        try await expectFailures()
        #expect(try project.leftovers() == [])
    }

    /// An image that is not there is pulled, and only then.
    private func expectPulled() async throws {
        let image = "\(registry.host)/page:1"
        for words in [["tag", "devenv/page", image], ["push", image], ["image", "rm", image]] {
            let outcome = try await SystemToolRunner().run(ToolInvocation(engine, words, environment: environment))
            try #require(outcome.status == 0, "\(words): \(outcome.complaint)")
        }
        let item = HostedProject.item(provisioner.kind, ["pull": [.text(image)]])
        _ = try await project.run(item, by: provisioner)
        let found = try await ask("image", "inspect", "--format", "{{.Id}}", image)
        #expect(found == (try await ask("image", "inspect", "--format", "{{.Id}}", "devenv/page")) && !found.isEmpty)
        let again = try await project.run(item, by: provisioner)
        #expect(again == "", "it is there")
    }

    /// What is somebody else's is left alone, and a container that can't be run is an error.
    private func expectFailures() async throws {
        _ = try await ask(
            "run", "--detach", "--name", "theirs", "--network", "none", "--stop-timeout", "1", "devenv/page",
            "/bin/busybox", "sleep", "1000")
        let foreign = await #expect(throws: ProvisionerError.self) {
            try await run(["theirs": Self.container("c"), "one": Self.container("c")])
        }
        #expect(foreign?.exitStatus == 1)
        #expect(try await ask("container", "inspect", "--format", "{{.State.Running}}", "theirs") == "true\n")
        let broken = await #expect(throws: ProvisionerError.self) {
            try await run(["one": ["image": "devenv/page", "command": "/no/such", "args": ["--network", "none"]]])
        }
        #expect(broken?.exitStatus != nil)
    }

    private static func container(_ value: String) -> OptionLiteral {
        let wait = "trap exit TERM; /bin/busybox sleep 1000 & wait"
        return [
            "image": "devenv/page", "command": ["/bin/busybox", "sh", "-c", .text(wait)], "restart": "no",
            "volumes": "/srv:/srv",
            "env": ["TOKEN": "secret:token", "PLAIN": .text(value)], "args": ["--network", "none"],
            "ports": [],
        ]
    }

    private func run(_ containers: OptionLiteral) async throws -> String {
        let item = HostedProject.item(
            provisioner.kind,
            ["install": true, "pull": [], "build": ["devenv/page": "image"], "containers": containers])
        #expect(provisioner.validate(item, in: project.project).map(\.message) == [])
        return try await project.run(item, by: provisioner)
    }

    private func ask(_ words: String...) async throws -> String {
        try await SystemToolRunner().run(ToolInvocation(engine, words, environment: environment)).text
    }
}
