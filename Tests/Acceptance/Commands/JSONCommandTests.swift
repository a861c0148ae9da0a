import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// `--json`, of every command that there is.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "qemu-img", "ssh-keygen"))
struct JSONCommandTests {
    private static let envfile = """
        version: 1
        name: told
        hooks: { after: { up: "echo to nobody" } }
        defaults: { box: $BOX }
        machines:
          db:
          web:
            depends_on: { db: running }
            forward: [{ host: 28590, guest: 22, auto: true }]
            sync: ["src:/srv/app"]
            provision: [{ name: say, shell: "echo said; echo wrong >&2" }]
        """
    private static let files = [
        "src/page": "one\n",
        "app.yaml": "name: json/app\nbase: $BOX\nproviders: container\nfiles: [{ content: x, to: /etc/x }]\n",
    ]

    @Test func everyCommandHasACallAndOneThatFails() async throws {
        let check = try await JSONCheck()
        let commands = Set(check.commands.map { $0.joined(separator: " ") })
        let working = try (JSONCalls.ofMachines + JSONCalls.ofBoxes).map { try check.command(of: $0.line) }
        let elsewhere: Set = ["schema", "box package"]
        #expect(commands == Set(working).union(elsewhere))
        let failing = try (JSONCalls.withoutProject + JSONCalls.ofNoBox + JSONCalls.ofBrokenEnvfile)
            .map { try check.command(of: $0.line) }
        #expect(commands == Set(failing).union(JSONCalls.unfailing))
        let told = check.documented.actions.union(check.documented.queries.keys)
        #expect(told == commands.subtracting(["schema"]), "the documentation lists others")
    }

    @Test func whatBecomesOfMachinesIsTold() async throws {
        let check = try await JSONCheck()
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await check.expect(JSONCalls.ofMachines) { words in
                try await project.binary.run(words, in: project.directory)
            }
        }
    }

    @Test func whatBecomesOfBoxesIsTold() async throws {
        let check = try await JSONCheck()
        try await TemporaryDirectory.with { directory in
            let binary = DevenvBinary(home: directory.path.appending("home"))
            for (image, size) in [("box.img", "1G"), ("other.img", "2G")] {
                try await directory.run("qemu-img", "create", "-q", "-f", "qcow2", image, size)
            }
            for key in ["old", "new"] {
                try await directory.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
            }
            try HostFiles.makeDirectory(directory.path.appending("fresh"))
            try await check.expect(JSONCalls.ofBoxes) { try await binary.run($0, in: directory.path) }
            try directory.write("version: 1\n", to: "Envfile")
            try await check.expect(JSONCalls.ofNoBox, fail: true) { try await binary.run($0, in: directory.path) }
            let schema = try await binary.run(["schema", "--json"], in: directory.path)
            #expect(try JSONTree(parsing: schema.text).keys.contains("$schema"), "the schema is JSON of another kind")
        }
    }

    @Test func whyNothingCanBeDoneIsTold() async throws {
        let check = try await JSONCheck()
        try await TemporaryDirectory.with { directory in
            let binary = DevenvBinary(home: directory.path.appending("home"))
            let run = { (words: [String]) in try await binary.run(words, in: directory.path) }
            try await check.expect(JSONCalls.withoutProject, fail: true, run)
            try directory.write("version: 1\nmachines: { one: { box: test } }\n", to: "Envfile")
            try await check.expect(JSONCalls.ofNobody, fail: true, run)
            try directory.write("version: 1\nmachines: { one: { bocks: test } }\n", to: "Envfile")
            try directory.write("nam: a/b\n", to: "bad.yaml")
            try await check.expect(JSONCalls.ofBrokenEnvfile, fail: true, run)
            for words in [["up", "--json", "--recreat"], ["bos", "--json"], ["graph", "--json", "--format", "dot"]] {
                let outcome = try await run(words)
                #expect(outcome.status == 64 && outcome.text.isEmpty, "\(words): \(outcome.transcript)")
            }
        }
    }

    @Test func whoeverIsInTheWayIsTold() async throws {
        let check = try await JSONCheck()
        let envfile =
            "version: 1\ndefaults: { box: $BOX }\nmachines: { one: { sync: ['src:/srv'], provision: [shell: 'true'] } }\n"
        try await AcceptanceProject.with(envfile, files: Self.files) { project in
            let run = { @Sendable (words: [String]) in try await project.binary.run(words, in: project.directory) }
            try await project.expect("up")
            try await check.expect(JSONCalls.ofNoSnapshot, fail: true, run)
            let outcome = try await project.binary.run(
                ["provision"], in: project.directory, standingStillAt: "engine.provision.ran"
            ) {
                try await check.expect(JSONCalls.whileLocked, fail: true, run)
            }
            #expect(outcome.status == 0, "\(outcome.transcript)")
        }
    }
}

extension TemporaryDirectory {
    /// Runs a program there that must succeed.
    func run(_ tool: String, _ arguments: String...) async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments, directory: path))
        #expect(outcome.status == 0, "\(tool): \(outcome.complaint)")
    }
}
