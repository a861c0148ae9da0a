import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import SystemPackage
import Testing

@Suite struct InterpolationTests {
    private static let environment = ["USER": "me", "EMPTY": "", "CPUS": "3", "SECRET": "secret:nope"]

    @Test(arguments: [
        ("${env.USER}", "me"), ("a ${env.USER} b ${env.USER}", "a me b me"), ("${env.NONE:-x y}", "x y"),
        ("${env.EMPTY:-x}", "x"), ("${env.EMPTY}|", "|"), ("${env.NONE:-}|", "|"), ("${var.domain}", "shop.test"),
        ("${var.full}", "www.shop.test"), ("${machine.name}", "web"), ("${machine.index}", "1"),
        ("${project.name}", "shop"), ("${project.dir}", "/usr"), ("$${env.USER}", "${env.USER}"), ("$$", "$$"),
        ("${HOME}", "${HOME}"), ("${HOME:-${USER}}", "${HOME:-${USER}}"), ("$HOME costs 5$", "$HOME costs 5$"),
        ("${a.b}", "${a.b}"), ("$$${env.USER}", "$${env.USER}"), ("$ {env.USER}", "$ {env.USER}"),
        ("é ${env.USER} ü", "é me ü"),
    ])
    func namespacesAreReplacedAndNothingElse(text: String, expected: String) throws {
        let loaded = load(
            "version: 1\nname: shop\nvars: {domain: shop.test, full: \"www.${var.domain}\"}\nmachines:\n  web: {message: '\(text)'}",
            environment: Self.environment)
        #expect(loaded.problems == [])
        #expect(try loaded.machine("web").message == expected)
    }

    @Test func theAddressIsKnownToTheMachine() throws {
        let loaded = load(
            "version: 1\nnetworks: {b: {subnet: 10.9.0.0/24}}\nmachines: {a: {networks: [b], message: '${machine.ip}'}}"
        )
        #expect(try loaded.machine("a").message == "10.9.0.2")
    }

    @Test func aPlainScalarMayBecomeANumberAndAQuotedOneNot() throws {
        let loaded = loadMachine(
            "cpus: ${env.CPUS}\ncontainer:\n  a: ${env.CPUS}\n  b: '${env.CPUS}'", environment: Self.environment)
        #expect(loaded.problems == [])
        let machine = try loaded.machine("web")
        #expect(machine.cpus == 3)
        let options = machine.providerOptions[ProviderName(unchecked: "container")]
        #expect(options?["a"] == OptionTree(.integer(3)))
        #expect(options?["b"] == OptionTree(.string("3")))
        #expect(loadMachine("cpus: 1️⃣'${env.CPUS}'", environment: Self.environment).problems.count == 1)
    }

    @Test func scriptsAreLeftAsTheyStand() throws {
        let loaded = loadMachine(
            """
            provision:
              - shell: echo ${env.USER} $${x} secret:nope
              - shell: {inline: "echo ${env.USER}", env: {A: "${env.USER}", B: 1.20}}
              - other: {inline: "${var.none}"}
            """, environment: Self.environment)
        #expect(loaded.problems == [])
        let items = try loaded.machine("web").provisioners.map(\.options)
        #expect(items[0] == OptionTree(.string("echo ${env.USER} $${x} secret:nope")))
        #expect(items[1]["inline"] == OptionTree(.string("echo ${env.USER}")))
        #expect(items[1]["env"]?["A"] == OptionTree(.string("me")))
        #expect(items[1]["env"]?["B"]?.spelling == "1.20")
    }

    @Test func secretsStayReferences() throws {
        let loaded = load(
            """
            version: 1
            secrets: {db: {env: DB}}
            machines: {a: {provision: [{shell: {inline: x, env: {A: secret:db, B: "secret: agent", C: "my secret:db"}}}]}}
            """)
        #expect(loaded.problems == [])
        let environment = try loaded.machine("a").provisioners[0].options["env"]
        #expect(environment?["A"] == OptionTree(.string("secret:db")))
    }

    @Test(arguments: [
        ("1️⃣${env.NONE}", "1️⃣ the environment variable 'NONE' is not set"),
        ("abc 1️⃣${var.none} d", "1️⃣ there is no variable 'none' here"),
        ("é 1️⃣${machine.nmae}", "1️⃣ a machine has no value 'nmae'"),
        ("1️⃣${project.id}", "1️⃣ the project has no value 'id'"),
        ("a 1️⃣${env.USER b", "1️⃣ the '}' after this '${' is missing"),
        ("1️⃣${env.}", "1️⃣ '' is no name of an environment variable"),
        ("1️⃣${env.a b}", "1️⃣ 'a b' is no name of an environment variable"),
    ])
    func aMissingValueIsReportedWithinTheText(text: String, problem: String) {
        for (open, close) in [("", ""), ("'", "'"), ("\"", "\"")] where !text.contains(" ${") || open != "" {
            #expect(loadMachine("message: \(open)\(text)\(close)", environment: Self.environment).problems == [problem])
        }
    }

    @Test func severalMissingValuesAreAllReported() {
        #expect(loadMachine("message: 1️⃣${env.A} 2️⃣${env.B}").problems.count == 2)
        #expect(loadMachine("message: |\n  ${env.A}").problems == ["4:14 the environment variable 'A' is not set"])
    }

    @Test func anAlmostNamespaceIsAWarning() throws {
        let loaded = loadMachine("message: 'a 1️⃣${vars.x}'")
        #expect(loaded.problems == ["1️⃣ '${vars.…}' is left as it is"])
        #expect(loaded.result.graph != nil)
        #expect(try loaded.machine("web").message == "a ${vars.x}")
    }

    @Test func variablesOfAMachineAreUnknownElsewhere() {
        #expect(
            load("version: 1\nname: x1️⃣${machine.name}\nmachines: {a: }").problems
                == ["1️⃣ '${machine.name}' has a value within a machine only"])
        let networks = "version: 1\nmachines: {a: {networks: [{name: default, ip: '1️⃣${machine.ip}'}]}}"
        #expect(load(networks).problems == ["1️⃣ the machine's address is not known yet here"])
    }

    /// A few lines, each of which doubles the one above it, would fill the memory.
    @Test func textsThatGrowWithoutEndAreRefused() {
        let problem = "the texts with '${…}' come to more than 64 MiB with their values"
        var text = "version: 1\nvars:\n  v0: xxxxxxxxxx\n"
        for level in 1...60 { text += "  v\(level): '${var.v\(level - 1)}${var.v\(level - 1)}'\n" }
        let doubled = load(text + "machines: {x: }")
        #expect(doubled.problems.map { $0.hasSuffix(problem) } == [true])
        let many = load("version: 1\nmachines:\n  x:\n    count: 10000\n    message: \(long)${machine.index}\n")
        #expect(many.problems == ["5:14 \(problem)"])
        #expect(many.result.graph == nil)
    }

    private let long = String(repeating: "x", count: 7_000)

    @Test func aVariableMayUseThoseAboveIt() {
        let loaded = load("version: 1\nvars: {a: \"1️⃣${var.b}\", b: 1}\nmachines: {x: }")
        #expect(loaded.problems == ["1️⃣ there is no variable 'b' here"])
    }
}
