import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import SystemPackage
import Testing

@Suite struct ProjectMistakeTests {
    static let cases = [
        Mistake("1️⃣machines: {web: }", "1️⃣ an Envfile needs the key 'version'"),
        Mistake("1️⃣version: 1", "1️⃣ an Envfile needs the key 'machines'"),
        Mistake(
            "version: 1️⃣2\nmachines: {web: }",
            "1️⃣ 'version' must be 1, the only version of the format that this devenv knows, not '2'"),
        Mistake("version: 1\nmachines: 1️⃣{}", "1️⃣ there are no machines"),
        Mistake("version: 1\nmachines: 1️⃣[web]", "1️⃣ 'machines' must be a map, not a list"),
        Mistake("version: 1\nmachines: {web: 1️⃣debian}", "1️⃣ 'web' must be a map, not 'debian'"),
        Mistake("version: 1\n1️⃣machine: {}\nmachines: {web: }", "1️⃣ an Envfile has no key 'machine'"),
        Mistake("version: 1\nname: 1️⃣My Shop\nmachines: {web: }", "1️⃣ 'name' must be \(label), not 'My Shop'"),
        Mistake("version: 1\nmachines: {1️⃣Web_1: }", "1️⃣ 'Web_1' must be \(label)"),
        Mistake(
            "version: 1\nmachines: {1️⃣web-1: , 2️⃣web: {count: 2}}",
            "2️⃣ two machines are named 'web-1' [1️⃣ the other one is made here]"),
        Mistake(
            "version: 1\nmachines: {1️⃣web: , 2️⃣web: }",
            "2️⃣ the key 'web' is written twice [1️⃣ it is written here first]"),
        Mistake(
            "version: 1\nmachines: {a: {primary: 1️⃣true}, b: {primary: 2️⃣true}}",
            "2️⃣ only one machine can be primary, but 'a' and 'b' are [1️⃣ 'a' is made primary here]"),
        Mistake(
            "version: 1\nmachines: {a: {depends_on: [1️⃣b]}, b: {depends_on: {2️⃣c: ready}}, c: {depends_on: [3️⃣a]}}",
            "1️⃣ the machines wait for each other: a -> b -> c -> a [1️⃣ 'a' waits for 'b' here] "
                + "[2️⃣ 'b' waits for 'c' here] [3️⃣ 'c' waits for 'a' here]"),
        Mistake(
            "version: 1\nsecrets: {db: 1️⃣{env: A, file: b}, x: {2️⃣vault: y}}\nmachines: {web: }",
            "1️⃣ a secret needs one of env, file, command, age and sops", "2️⃣ a secret has no key 'vault'"),
        Mistake(
            "version: 1\nsecrets: {a: 1️⃣{age: x}, b: {file: x, 2️⃣key: y}, c: {age: x, identity: y, 3️⃣key: z}}\nmachines: {web: }",
            "1️⃣ a file of age needs the 'identity' that decrypts it", "2️⃣ 'key' does not go with 'file'",
            "3️⃣ 'key' does not go with 'age'"),
        Mistake(
            "version: 1\nsecrets: {a: 1️⃣{sops: x, key: [b, 'c[0]']}}\nmachines: {web: }",
            "1️⃣ 'key' holds a '[', by which sops divides keys"),
        Mistake(
            "version: 1\nsecrets: {password: {env: A}}\nmachines: {web: {provision: [{shell: {args: [1️⃣secret:pasword]}}]}}",
            "1️⃣ there is no secret 'pasword'"),
        Mistake("version: 1\ndefaults: {memory: 1️⃣lots}\nmachines: {a: {memory: 1GiB}, b: }", memory("lots")),
        Mistake(
            "version: 1\nmachines: {a: {count: 10000}, 1️⃣b: }", "1️⃣ a project has no more than 10000 machines"),
        Mistake(
            "version: 1\nmachines: {a: {count: 1️⃣10000, groups: [\(list)]}}",
            "1️⃣ the machines have more than 1000000 values together"),
        Mistake(
            "version: 1\nmachines: {a: {count: 2000}, b: {count: 2000, depends_on: [1️⃣a]}}",
            "1️⃣ the machines depend on each other in more than 1000000 ways"),
        Mistake(
            "version: 1\nmachines: {web: {count: 3, depends_on: [1️⃣bd]}, db: }",
            "1️⃣ machine 'web-1' depends on 'bd', which is no machine"),
        Mistake("1️⃣[1, 2]", "1️⃣ 'Envfile' must hold a map such as 'version: 1'"),
        Mistake("# nothing\n", "- 'Envfile' is empty"),
        Mistake("", "- 'Envfile' is empty"),
    ]

    private static let list = Array(repeating: "x", count: 100).joined(separator: ", ")

    @Test(arguments: cases)
    func everyMistakeIsNamedAtItsPlace(_ mistake: Mistake) {
        let loaded = load(mistake.lines)
        #expect(loaded.problems == mistake.problems)
        #expect(loaded.result.graph == nil)
    }

    static let ports = [
        ("forward: [1️⃣8080:80]", "forward: [2️⃣8080:90]", true),
        ("forward: [1️⃣8080:80]", "forward: [2️⃣0.0.0.0:8080:90]", true),
        ("forward: [1️⃣0.0.0.0:8080:80]", "forward: [2️⃣8080:90]", true),
        ("forward: [1️⃣127.0.0.2:8080:80]", "forward: [2️⃣127.0.0.1:8080:80]", false),
        ("forward: [1️⃣8080:80/udp]", "forward: [2️⃣8080:80]", false),
        ("forward: [1️⃣{host: 8080, guest: 80, auto: true}]", "forward: [2️⃣8080:80]", false),
    ]

    @Test(arguments: ports)
    func aPortOfTheHostLeadsToOneMachineOnly(first: String, second: String, isRefused: Bool) {
        let loaded = load("version: 1\nmachines:\n  a: {\(first)}\n  b: {\(second)}\n")
        let problem = "2️⃣ the host's port 8080/tcp is forwarded to 'a' already [1️⃣ it is taken here]"
        #expect(loaded.problems == (isRefused ? [problem] : []))
    }

    @Test func aPortSharedByACountIsExplained() {
        let loaded = load("version: 1\nmachines:\n  web: {count: 3, forward: [1️⃣8080:80]}\n")
        #expect(loaded.problems == ["1️⃣ the host's port 8080/tcp is forwarded to 'web-1' already"])
        #expect(loaded.help[0]?.contains("${machine.index}") == true)
        #expect(load("version: 1\nmachines: {web: {count: 3, forward: [\"808${machine.index}:80\"]}}").problems == [])
    }

    @Test func mistakesOfAllKindsAreReportedInOneRun() {
        let loaded = load(
            """
            version: 1
            networks: {back: {subnet: 1️⃣10.60.0.1/24}}
            machines:
              a: {depends_on: [2️⃣b], memory: 3️⃣much}
              b: {depends_on: [4️⃣a]}
              c: {5️⃣cpu: 2}
            """)
        #expect(loaded.problems.map { String($0.prefix { $0 != " " }) } == ["1️⃣", "2️⃣", "3️⃣", "5️⃣"])
    }

    @Test func aMistakeInTheDefaultsIsReportedOnce() {
        let loaded = load("version: 1\ndefaults: {cpus: 1️⃣many}\nmachines: {web: {count: 50}, db: }")
        #expect(loaded.problems == ["1️⃣ 'cpus' must be a whole number from 1 to 1024, not 'many'"])
    }

    private static let label =
        "a name of lower-case letters, digits and hyphens, at most 63 of them, without a hyphen at either end"

    private static func memory(_ found: String) -> String {
        "1️⃣ 'memory' must be a size such as 512MiB (KiB, MiB, GiB, TiB, KB, MB, GB or TB), not '\(found)'"
    }
}
