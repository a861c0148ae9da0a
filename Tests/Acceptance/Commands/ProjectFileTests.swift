import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Commands about the Envfile and the host, for which no machine is needed.
struct ProjectFileTests {
    private static let envfile = """
        version: 1
        name: shop
        networks: { lab: { subnet: 10.61.0.0/24 } }
        machines:
          db: { box: debian/12, networks: [{ name: lab, ip: 10.61.0.10 }] }
          web: { box: debian/12, depends_on: { db: ready } }
          alone: { box: debian/12 }
        """

    private func with(_ body: @Sendable (AcceptanceProject) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let binary = DevenvBinary(home: directory.path.appending("home"))
            let project = AcceptanceProject(directory: directory.path.appending("project"), binary: binary)
            try HostFiles.makeDirectory(project.directory)
            try await body(project)
        }
    }

    @Test(arguments: [(template: "single", machines: 1), ("web", 2), ("cluster", 3)])
    func anEnvfileToStartFromIsValidAndNeverReplacesOne(_ template: String, _ machines: Int) async throws {
        try await with { project in
            let wrote = try await project.expect("init", "team/base", "--template", template)
            #expect(wrote.text.contains("\(project.directory)/Envfile"), "\(wrote.transcript)")
            let count = machines == 1 ? "1 machine" : "\(machines) machines"
            #expect(try await project.expect("validate").text == "Envfile is valid: \(count).\n")
            let text = try HostFiles.read(project.directory.appending("Envfile")) ?? []
            #expect(String(decoding: text, as: UTF8.self).contains("box: \"team/base\""))
            let refused = try await project.expect("init", "other/box", status: 1)
            #expect(refused.errors.contains("there is 'Envfile' already"), "\(refused.errors)")
            #expect(try HostFiles.read(project.directory.appending("Envfile")) == text)
            try HostFiles.rename(
                project.directory.appending("Envfile"), to: project.directory.appending("Envfile.yaml"))
            try await project.expect("init", status: 1)
            try HostFiles.makeDirectory(project.directory.appending("below"))
            try await project.expect("init", "-C", "below")
            #expect(HostFiles.exists(project.directory.appending("below").appending("Envfile")))
            try await project.expect("init", "-C", "gone", status: 1)
        }
    }

    @Test func aGraphIsDrawnInEachForm() async throws {
        try await with { project in
            try project.write(Self.envfile, to: "Envfile")
            let tree = try await project.expect("graph", environment: ["LC_ALL": "C"]).text
            #expect(tree.contains("|-- web") && tree.contains("(ready)") && tree.contains("alone"), "\(tree)")
            let part = try await project.expect("graph", "web").text
            #expect(part.contains("db") && !part.contains("alone"), "\(part)")
            let dot = try await project.expect("graph", "--format", "dot").text
            #expect(dot.contains("\"web\" -> \"db\" [label=\"ready\"]"), "\(dot)")
            let mermaid = try await project.expect("graph", "--format", "mermaid").text
            #expect(mermaid.hasPrefix("flowchart LR\n") && mermaid.contains("-->|ready|"), "\(mermaid)")
            try await project.expect("graph", "--format", "png", status: 64)
            let missing = try await project.expect(
                "graph", "--format", "svg", status: 1, environment: ["PATH": "/nonexistent"])
            #expect(missing.errors.contains("apt-get install graphviz"), "\(missing.errors)")
        }
    }

    @Test(.requires(tool: "dot")) func graphvizDrawsWhatItIsGiven() async throws {
        try await with { project in
            try project.write(Self.envfile, to: "Envfile")
            let picture = try await project.expect("graph", "--format", "svg").text
            #expect(picture.contains("<svg") && picture.contains(">alone</text>"), "\(picture.prefix(400))")
        }
    }

    /// What is there is told with what it is good for, and what is missing with the command that gets it.
    @Test(.requires(tool: "runc", "ssh", "rsync")) func theDoctorTellsWhatIsMissing() async throws {
        try await with { project in
            let healthy = try await project.devenv("doctor")
            #expect(healthy.text.contains("provider container\n") && healthy.text.contains("provider libvirt\n"))
            #expect(healthy.text.contains("for synced folders"), "\(healthy.text)")
            let poor = try await project.devenv("doctor", environment: ["PATH": "/nonexistent"])
            #expect(poor.text.contains("rsync is not installed"), "\(poor.text)")
            #expect(poor.text.contains("help: apt-get install rsync\n"), "\(poor.text)")
            #expect(poor.text.contains("help: apt-get install") && poor.text.contains("runc"), "\(poor.text)")
            let quiet = try await project.devenv("doctor", "-q")
            #expect(quiet.status == healthy.status && !quiet.text.contains("for synced folders"), "\(quiet.text)")
            #expect(!HostFiles.exists(project.binary.home), "looking changes nothing")
        }
    }
}
