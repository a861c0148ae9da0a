import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

@Suite struct LayerTests {
    @Test func includedFilesLieBelowAndLocalOnesAbove() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write(
                "defaults: {memory: 1GiB, cpus: 1, groups: [base]}\nvars: {a: base, b: base, c: base}",
                to: "team/base.yaml")
            try directory.write("defaults: {cpus: 2}\nvars: {b: second}", to: "team/second.yaml")
            try directory.write(
                """
                version: 1
                include: [team/base.yaml, team/second.yaml]
                vars: {c: own}
                machines: {web: {groups: !append [web], message: "${var.a} ${var.b} ${var.c} ${var.d}"}}
                """, to: "Envfile")
            try directory.write("vars: {d: local}\nmachines: {mine: }", to: "Envfile.local.yaml")
            let result = load(directory)
            #expect(result.diagnostics == [])
            let machines = try #require(result.envfile?.machines)
            #expect(machines.map(\.name.value.rawValue) == ["web", "mine"])
            #expect(machines[0].memory == ByteCount(bytes: 1 << 30))
            #expect(machines[0].cpus == 2)
            #expect(machines[0].groups == ["base", "web"])
            #expect(machines[0].message == "base second own local")
        }
    }

    @Test func everyValueKeepsTheFileThatItCameFrom() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("defaults:\n  memory: lots\n", to: "team/base.yaml")
            try directory.write("version: 1\ninclude: team/base.yaml\nmachines: {web: {cpus: -1}}", to: "Envfile")
            try directory.write("\nmachines: {web: {count: none}}", to: "Envfile.local.yaml")
            let places = load(directory).diagnostics.map { $0.location?.description }
            #expect(places == ["Envfile:3:24", "Envfile.local.yaml:2:25", "team/base.yaml:2:11"])
        }
    }

    @Test func includesStartAtTheFileThatNamesThem() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("include: ../common/b.yaml\n", to: "team/a.yaml")
            try directory.write("machines: {web: }\n", to: "common/b.yaml")
            try directory.write("version: 1\ninclude: ${env.TEAM}/a.yaml\n", to: "Envfile")
            let result = load(directory, environment: ["TEAM": "team"])
            #expect(result.diagnostics == [])
            #expect(result.envfile?.machines.count == 1)
        }
    }

    @Test func aMissingIncludeIsReportedWhereItIsNamed() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("version: 1\ninclude:\n  - nope.yaml\nmachines: {web: }", to: "Envfile")
            let diagnostics = load(directory).diagnostics
            #expect(diagnostics.map(\.message) == ["reading 'nope.yaml' failed: No such file or directory"])
            #expect(diagnostics.first?.location?.description == "Envfile:3:5")
        }
    }

    @Test func aFileCannotIncludeItself() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("include: b.yaml", to: "a.yaml")
            try directory.write("include: a.yaml", to: "b.yaml")
            try directory.write("version: 1\ninclude: a.yaml\nmachines: {web: }", to: "Envfile")
            let diagnostics = load(directory).diagnostics
            #expect(diagnostics.map(\.message) == ["'a.yaml' includes itself"])
            #expect(diagnostics.first?.location?.description == "b.yaml:1:10")
        }
    }

    @Test func layersThatDoubleAreReadOnceEach() async throws {
        try await TemporaryDirectory.with { directory in
            for level in 0..<60 {
                try directory.write("include: [l\(level + 1).yaml, l\(level + 1).yaml]", to: "l\(level).yaml")
            }
            try directory.write("machines: {web: }", to: "l60.yaml")
            try directory.write("version: 1\ninclude: l0.yaml", to: "Envfile")
            #expect(load(directory).diagnostics == [])
        }
    }

    @Test func emptyLayersAreFine() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("# nothing yet\n", to: "Envfile.local.yaml")
            try directory.write("", to: "base.yaml")
            try directory.write("version: 1\ninclude: base.yaml\nmachines: {web: }", to: "Envfile")
            #expect(load(directory).diagnostics == [])
        }
    }

    @Test func appendingNeedsAList() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("defaults: {groups: web}", to: "base.yaml")
            try directory.write(
                "version: 1\ninclude: base.yaml\ndefaults: {groups: !append [a]}\nmachines: {web: }", to: "Envfile")
            let diagnostics = load(directory).diagnostics
            #expect(
                diagnostics.map(\.message) == ["'!append' needs a list to append to, but the value below it is none"])
        }
    }

    @Test func aFileThatCannotBeReadIsReported() {
        let result = EnvfileLoader.load("/nowhere/Envfile", environment: [:], addresses: AddressBook())
        #expect(result.diagnostics.map(\.message) == ["reading 'Envfile' failed: No such file or directory"])
        #expect(result.graph == nil)
    }

    @Test func theProjectIsNamedAfterItsDirectory() {
        let loaded = DevenvEnvfileTests.load("version: 1\nmachines: {a: }", directory: "/srv/My Shop!")
        #expect(loaded.result.envfile?.name.rawValue == "my-shop")
        #expect(
            DevenvEnvfileTests.load("version: 1\nmachines: {a: }", directory: "/").result.envfile?.name.rawValue
                == "project")
    }

    private func load(_ directory: TemporaryDirectory, environment: [String: String] = [:]) -> EnvfileLoader.Result {
        EnvfileLoader.load(directory.path.appending("Envfile"), environment: environment, addresses: AddressBook())
    }
}
