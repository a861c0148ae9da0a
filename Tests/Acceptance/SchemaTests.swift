import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// `devenv schema`, judged by a validator of JSON Schema that is none of ours, behind a parser of YAML that is none of ours.
@Suite(.requires(tool: "/usr/bin/python3"))
struct SchemaTests {
    private static let repository = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent()

    /// Prints a line for each file: `fine`, or what is wrong with it.
    private static let judge = """
        import json, sys
        from jsonschema import Draft7Validator
        from ruamel.yaml import YAML

        with open(sys.argv[1]) as file: schema = json.load(file)
        Draft7Validator.check_schema(schema)
        validator = Draft7Validator(schema)
        yaml = YAML(typ="safe", pure=True)
        yaml.constructor.add_constructor("!append", lambda loader, node: loader.construct_sequence(node, deep=True))
        for path in sys.argv[2:]:
            with open(path) as file: document = yaml.load(file)
            faults = [fault.json_path + ": " + fault.message.replace("\\n", " ") for fault in validator.iter_errors(document)]
            print("; ".join(sorted(faults)) or "fine")
        """

    private func devenv(_ arguments: [String], in directory: TemporaryDirectory) async throws -> ToolOutcome {
        try await DevenvBinary(home: directory.path.appending("home")).run(arguments, in: directory.path)
    }

    /// What the validator says of each file.
    private func verdicts(_ files: [FilePath], in directory: TemporaryDirectory) async throws -> [String] {
        let schema = try directory.write(
            try await devenv(["schema"], in: directory).text, to: "envfile.schema.json")
        let call = ToolInvocation(
            "/usr/bin/python3", ["-c", Self.judge, schema.string] + files.map(\.string), timeout: .seconds(60))
        let outcome = try await SystemToolRunner().run(call)
        try #require(outcome.status == 0, "\(outcome.transcript)")
        return outcome.text.split(separator: "\n").map(String.init)
    }

    @Test func theOneInTheDocumentationIsTheOneThatIsPrinted() async throws {
        try await TemporaryDirectory.with { directory in
            let printed = try await devenv(["schema"], in: directory).text
            let kept = try HostFiles.read(Self.repository.appending("Documentation/envfile.schema.json"))
            #expect(
                kept.map { String(decoding: $0, as: UTF8.self) } == printed,
                "run 'devenv schema > Documentation/envfile.schema.json'")
        }
    }

    @Test func everyExampleFits() async throws {
        let folder = Self.repository.appending("Envfiles")
        let examples = try HostFiles.list(folder).sorted().map { folder.appending($0).appending("Envfile") }
        try #require(examples.count >= 4)
        try await TemporaryDirectory.with { directory in
            let verdicts = try await verdicts(examples, in: directory)
            #expect(verdicts == examples.map { _ in "fine" })
        }
    }

    @Test func whateverIsValidFits() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("networks: {backend: {subnet: 10.60.0.0/24}}\n", to: "team.yaml")
            try directory.write("", to: "site/index.html")
            let file = try directory.write(Self.everything, to: "Envfile")
            let outcome = try await devenv(["validate"], in: directory)
            #expect(outcome.status == 0, "\(outcome.transcript)")
            #expect(try await verdicts([file], in: directory) == ["fine"])
        }
    }

    @Test func whatIsWrongByItselfIsRefusedByBoth() async throws {
        try await TemporaryDirectory.with { directory in
            let files = try Self.faults.enumerated().map { number, text in
                try directory.write(text + "\n", to: "\(number)/Envfile")
            }
            let verdicts = try await verdicts(files, in: directory)
            try #require(verdicts.count == files.count)
            for (file, (text, verdict)) in zip(files, zip(Self.faults, verdicts)) {
                #expect(verdict != "fine", "the schema takes \(text)")
                let outcome = try await devenv(["-f", file.string, "validate"], in: directory)
                #expect(outcome.status == 2, "devenv takes \(text)")
            }
        }
    }

    /// An Envfile with what the examples don't have.
    private static let everything = #"""
        version: 1
        include: [team.yaml]
        name: shop
        provider: [container, libvirt]
        catalogs: [https://boxes.example.com, {location: ./boxes, key: ssh-ed25519 AAAA}]
        x-anchors: &sizes
          memory: 1.5GiB
          cpus: ${env.CPUS:-2}
        vars: {domain: shop.test, port: 8080, debug: false}
        secrets:
          password: {env: PASSWORD}
          key: {file: ~/key}
          token: {command: [pass, show, token]}
        networks: {frontend: , lab: {internal: true}}
        defaults: {box: debian/12@~> 12.0, groups: [all], libvirt: {nested: true}, virtualbox: , container: {capabilities: [NET_ADMIN]}}
        machines:
          db: {<<: *sizes, hostname: db.shop.test, disk: 20 GB, networks: [{name: backend, ip: 10.60.0.10, mac: "02:dd:00:00:00:0a"}]}
          web:
            count: 2
            primary: false
            autostart: true
            groups: !append [front]
            depends_on: {db: ready}
            networks: [backend, lab]
            forward: ["808${machine.index}:80", "535${machine.index}:53/udp", {host: 2200, guest: 22, auto: true, address: 0.0.0.0}]
            sync: [.:/srv/app, {source: site, target: /var/www, exclude: "*.tmp", watch: true, args: [--checksum]}]
            provision:
              - shell: echo
              - {name: more, run: once, timeout: 10m, depends: shell-1, shell: {inline: exit, args: [1, true, a], env: {A: 1, B: b}}}
              - file: {source: site, target: /var/www, mode: "0644", owner: root}
            ready: [{tcp: 80, timeout: 1.5m}, {http: /health, status: 204}, {shell: "true"}]
            ssh: {user: dev, port: 22, forward_agent: true}
            boot_timeout: 500ms
            stop_timeout: 2h
            message: "${machine.name} is at ${machine.ip}"
          worker: {depends_on: [db], forward: 9000:90}
          idle:
        """#

    /// Each has one fault that needs no other value to be seen.
    private static let faults =
        [
            "machines: {a: }", "version: 2\nmachines: {a: }", "version: 1", "version: 1\nmachines: [a]",
            "version: 1\nmachine: {a: }\nmachines: {a: }", "version: 1\nname: Shop!\nmachines: {a: }",
            "version: 1\nvars: [a]\nmachines: {a: }", "version: 1\nprovider: {a: b}\nmachines: {a: }",
            "version: 1\ncatalogs: [{key: a}]\nmachines: {a: }",
            "version: 1\nsecrets: {a: {env: [A]}}\nmachines: {a: }",
            "version: 1\nnetworks: {a: {subnet: 10.0.0.0}}\nmachines: {a: }",
            "version: 1\nnetworks: {a: {internal: maybe}}\nmachines: {a: }",
            "version: 1\ndefaults: {memroy: 1GiB}\nmachines: {a: }",
        ]
        + [
            "memory: lots", "memory: 512", "disk: 10", "cpus: -3", "cpus: 1.5", "cpus: 2000", "count: 0", "count: many",
            "hostname: a_b", "primary: 'yes'", "autostart: 1", "groups: [A]", "box: [a]", "boot_timeout: 30",
            "message: {a: b}",
            "networks: default", "networks: [{ip: 10.0.0.2}]", "networks: [{name: a, ip: 999.1.1.1}]",
            "networks: [{name: a, mac: '03:00:00:00:00:00'}]", "forward: [80]", "forward: ['80']",
            "forward: [{host: 80}]",
            "forward: [{host: 70000, guest: 80}]", "forward: [{host: 80, guest: 80, protocol: sctp}]", "sync: [here]",
            "sync: [{source: .}]", "sync: [{source: ., target: srv}]", "provision: {shell: a}", "provision: [a]",
            "provision: [{}]",
            "provision: [{name: a}]", "provision: [{shell: a, file: {source: a, target: /b}}]",
            "provision: [{shel: a}]",
            "provision: [{shell: a, run: sometimes}]", "provision: [{shell: {inlin: a}}]",
            "provision: [{shell: {inline: a, privileged: perhaps}}]", "provision: [{file: /a}]", "ready: [{tcp: 0}]",
            "ready: [{http: here}]", "ready: [{tcp: 80, timeout: soon}]", "depends_on: {b: gone}", "ssh: {port: none}",
            "container: {capabilites: [a]}", "container: {capabilities: {a: b}}", "libvirt: {accelerator: fast}",
            "libvirt: [a]",
            "virtualbox: {video_memory: 1000}", "vmware: {a: b}",
        ].map { "version: 1\nmachines: {b: , a: {\($0)}}" }
}
