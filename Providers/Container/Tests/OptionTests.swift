import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Testing

@testable import ContainerProvider

struct OptionTests {
    @Test func nothingGivesTheDefaults() {
        let (options, diagnostics) = ContainerOptions.read(nil)
        #expect(diagnostics.isEmpty)
        #expect(options == ContainerOptions())
        #expect(options.usesInit && options.seccomp == .default && options.command == nil)
    }

    @Test func everyOptionIsRead() {
        let (options, diagnostics) = ContainerOptions.read(
            Self.map([
                ("capabilities", .list([OptionTree(.string("net_admin")), OptionTree(.string("CAP_SYS_PTRACE"))])),
                ("command", .list([OptionTree(.string("/sbin/init")), OptionTree(.integer(3))])),
                ("init", .boolean(false)), ("pids", .integer(100)), ("seccomp", .string("unconfined")),
                ("environment", Self.map([("LEVEL", .integer(3))]).value), ("dns", .string("192.0.2.1")),
            ]))
        #expect(diagnostics.isEmpty)
        #expect(options.capabilities.map(\.name) == ["CAP_NET_ADMIN", "CAP_SYS_PTRACE"])
        #expect(options.command == ["/sbin/init", "3"])
        #expect(!options.usesInit && options.processLimit == 100 && options.seccomp == .unconfined)
        #expect(options.environment == ["LEVEL": "3"])
        #expect(options.nameServers == [IPv4Address(value: 0xC000_0201)])
    }

    @Test(arguments: [
        ("capabilities", OptionTree.Value.string("net_admn"), "there is no capability 'net_admn'"),
        ("command", .string("sshd"), "'command' must begin with an absolute path, not 'sshd'"),
        ("command", .list([]), "'command' must name a program"),
        ("init", .string("yes"), "'init' must be true or false, not a text"),
        ("pids", .integer(3), "'pids' must be a whole number from 16 to 4194304, not a whole number"),
        ("seccomp", .string("off"), "'off' is no value for 'seccomp'; it takes default, unconfined"),
        ("dns", .string("one.one"), "'one.one' is no IPv4 address"),
        ("privilged", .boolean(true), "the container options have no key 'privilged'"),
    ])
    func mistakesAreSaidWhereTheyAre(key: String, value: OptionTree.Value, message: String) {
        let diagnostics = ContainerOptions.read(Self.map([(key, value)])).diagnostics
        #expect(diagnostics.map(\.message) == [message])
    }

    @Test func aMisspeltCapabilityGetsASuggestion() {
        let help = ContainerOptions.read(Self.map([("capabilities", .string("net_admn"))])).diagnostics.first?.help
        #expect(help?.contains("NET_ADMIN") == true)
    }

    private static func map(_ entries: [(String, OptionTree.Value)]) -> OptionTree {
        OptionTree(.map(entries.map { OptionTree.Entry(key: Located($0.0), value: OptionTree($0.1)) }))
    }
}
