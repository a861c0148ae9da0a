import DevenvCommands
import DevenvDiagnostics
import DevenvModel
import Testing

@Suite struct TargetTests {
    private static let resolver = TargetResolver(
        ["web-1", "web-2", "db", "batch"].map(machine).map(TargetCandidate.init))

    private static func machine(_ name: String) -> MachineSpec {
        let family = name.hasPrefix("web") ? "web" : name
        var machine = MachineSpec(name: Located(MachineName(unchecked: name)), family: family)
        if name.hasPrefix("web") { machine.groups = ["front"] }
        machine.isPrimary = name == "db"
        machine.autostart = name != "batch"
        return machine
    }

    private static func names(_ texts: [String], everything: Bool = false) throws -> [String] {
        try resolver.machines(texts.compactMap { TargetExpression($0) }, orEverything: everything).map(\.rawValue)
    }

    @Test(arguments: [
        (["db"], ["db"]), (["web"], ["web-1", "web-2"]), (["web-2", "db"], ["web-2", "db"]),
        (["/-[0-9]/"], ["web-1", "web-2"]), (["/^b/"], ["batch"]), (["@front", "web-1"], ["web-1", "web-2"]),
        ([], ["web-1", "web-2", "db"]),
    ])
    func targetsMeanMachinesInTheOrderOfTheProject(_ texts: [String], _ expected: [String]) throws {
        #expect(try Self.names(texts) == expected)
    }

    @Test func withoutTargetsSomeCommandsMeanEverything() throws {
        #expect(try Self.names([], everything: true) == ["web-1", "web-2", "db", "batch"])
    }

    @Test(arguments: [
        ("web-3", "there is no machine 'web-3'", "did you mean 'web-1'?"),
        ("@frnt", "there is no group 'frnt'", "did you mean 'front'?"),
        ("/zzz/", "no machine's name matches '/zzz/'", "the machines are web-1, web-2, db and batch"),
        ("/web-[/", "'/web-[/' is no regular expression", "quote it for the shell: '/web-[12]/'"),
    ])
    func anUnknownTargetIsWrongUsage(_ text: String, _ message: String, _ help: String) throws {
        let failure = #expect(throws: CommandFailure.self) { _ = try Self.names(["db", text]) }
        #expect(failure?.status == .usage)
        #expect(failure?.message == message)
        #expect(failure?.help == help)
    }

    @Test(
        arguments: [
            ("web-1", nil, .name("web-1")), ("shop/web-1", "shop", .name("web-1")),
            ("shop/@front", "shop", .group("front")),
            ("/a|b/", nil, .pattern("a|b")), ("shop//a/", "shop", .pattern("a")),
        ] as [(String, String?, TargetExpression.Choice)])
    func targetsNameAProjectBeforeASlash(_ text: String, _ project: String?, _ choice: TargetExpression.Choice) throws {
        let target = try #require(TargetExpression(text))
        #expect(target.project == project)
        #expect(target.choice == choice)
    }

    @Test(arguments: ["", "@", "//", "/", "shop/", "/open"])
    func whatChoosesNothingIsNoTarget(_ text: String) {
        #expect(TargetExpression(text) == nil)
    }

    @Test func aSingleMachineIsThePrimaryOne() throws {
        #expect(try Self.resolver.machine(nil).rawValue == "db")
    }

    @Test func severalMachinesWithoutAPrimaryOneNeedAName() throws {
        let resolver = TargetResolver(["a", "b"].map { TargetCandidate(recorded: MachineName(unchecked: $0)) })
        let failure = #expect(throws: CommandFailure.self) { try resolver.machine(nil) }
        #expect(failure?.status == .usage)
        #expect(failure?.message == "which machine? There are a and b")
    }

    @Test func aTargetOfSeveralIsNoSingleMachine() throws {
        let target = try #require(TargetExpression("web"))
        let failure = #expect(throws: CommandFailure.self) { try Self.resolver.machine(target) }
        #expect(failure?.message == "'web' means web-1 and web-2, but this command is for one machine")
    }
}
