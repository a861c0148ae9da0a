import DevenvHost
import DevenvTestSupport
import Testing

/// `devenv graph`: machines, what they wait for, networks.
struct GraphTests {
    private static let envfile = """
        version: 1
        name: shop
        networks: { lab: { subnet: 10.60.0.0/24 } }
        machines:
          end: { depends_on: [web, db] }
          web: { box: "debian/12@~> 12.0", count: 2, depends_on: { db: ready }, forward: [{ host: 8080, guest: 80, auto: true }] }
          db: { cpus: 2, memory: 1GiB, networks: [{ name: lab, ip: 10.60.0.10 }], depends_on: [store] }
          store:
          alone:
        """

    private func run(_ words: String..., body: (String, String) throws -> Void) async throws {
        try await CommandRig.with { rig in
            try rig.directory.write(Self.envfile, to: "Envfile")
            let outcome = await rig.run(["graph"] + words)
            try body(outcome.output, outcome.error)
        }
    }

    @Test func aTreeShowsUnderEachMachineWhatItWaitsFor() async throws {
        try await run { output, _ in
            #expect(
                output == """
                    shop
                    ├── end
                    │   ├── web-1 (provisioned)  debian/12@~> 12.0, port 8080 to 80
                    │   │   └── db (ready)  2 processors, 1 GiB, lab 10.60.0.10
                    │   │       └── store (provisioned)
                    │   ├── web-2 (provisioned)  debian/12@~> 12.0, port 8080 to 80
                    │   │   └── db (ready)  as above
                    │   └── db (provisioned)  as above
                    └── alone

                    """)
        }
    }

    @Test func aTargetComesWithWhatItWaitsFor() async throws {
        try await run("web-2") { output, _ in
            let names = output.split(separator: "\n").map { $0.drop { "│├└─ ".contains($0) }.prefix { $0 != " " } }
            #expect(names == ["shop", "web-2", "db", "store"])
        }
    }

    @Test func mermaidTakesNamesThatAreItsOwnWords() async throws {
        try await run("--format", "mermaid") { output, _ in
            #expect(output.hasPrefix("flowchart LR\n"))
            let end = try #require(output.firstMatch(of: /(m\d+)\["end"\]/)).1
            let web = try #require(output.firstMatch(of: /(m\d+)\["web-1<br\/>debian\/12@~#62; 12.0<br\/>/)).1
            let db = try #require(output.firstMatch(of: /(m\d+)\["db<br\/>/)).1
            #expect(output.contains("    \(end) -->|provisioned| \(web)\n"))
            #expect(output.contains("    \(web) -->|ready| \(db)\n"))
            #expect(output.contains("    n0([\"lab\"])\n") && output.contains("    \(db) -.-|10.60.0.10| n0\n"))
        }
    }

    @Test func jsonHasMachinesAndWhatTheyWaitFor() async throws {
        try await run("--json", "db") { output, _ in
            #expect(output.contains(#""project" : "shop""#) && output.contains(#""condition" : "provisioned""#))
            #expect(output.contains(#""lab" : "10.60.0.10""#) && output.contains(#""memoryBytes" : 1073741824"#))
            #expect(!output.contains(#""web-1""#))
        }
        try await run("--json", "--format", "dot") { output, error in
            #expect(output.contains(#""code" : "usage""#) || error.contains("exclude each other"))
        }
    }

    @Test(.requires(tool: "dot", "xmllint")) func graphvizDrawsIt() async throws {
        try await run("--format", "svg") { output, error in
            try #require(error.isEmpty, "\(error)")
            #expect(
                output.contains("</svg>") && output.contains(">end</text>") && output.contains(">10.60.0.10</text>"))
        }
        try await CommandRig.with { rig in
            try rig.directory.write(Self.envfile, to: "Envfile")
            let picture = await rig.run("graph", "--format", "svg").output
            let call = ToolInvocation("xmllint", ["--noout", "--nonet", "-"], input: Array(picture.utf8))
            #expect(try await SystemToolRunner().run(call).status == 0)
        }
    }

    /// A tree that repeated everything would have two to the power of 60 lines.
    @Test func whatManyWaitForIsShownOnce() async throws {
        let machines = (1...60).flatMap { number in
            ["a\(number)", "b\(number)"].map { name in
                let below = number == 60 ? "" : "a\(number + 1), b\(number + 1)"
                return "  \(name): { depends_on: [\(below)] }\n"
            }
        }
        try await CommandRig.with { rig in
            try rig.directory.write("version: 1\nmachines:\n" + machines.joined(), to: "Envfile")
            let outcome = await rig.run("graph")
            #expect(outcome.error.isEmpty)
            #expect(outcome.output.split(separator: "\n").count < 300)
        }
    }
}
