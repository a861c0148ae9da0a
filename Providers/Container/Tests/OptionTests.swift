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
        #expect(options.initiator == .small && options.seccomp == .default && options.command == nil)
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
        #expect(options.initiator == .none && options.processLimit == 100 && options.seccomp == .unconfined)
        #expect(options.environment == ["LEVEL": "3"])
        #expect(options.nameServers == [IPv4Address(value: 0xC000_0201)])
    }

    @Test func whatOnlyRootsContainersHaveIsToldApart() {
        #expect(
            ContainerOptions.read(Self.map([("pids", .integer(100))])).options.reservedForRoot(hasGroups: false).isEmpty
        )
        let options = ContainerOptions.read(
            Self.map([
                ("devices", .string("/dev/fuse")), ("binds", .string("a:/b")), ("nesting", .boolean(true)),
                ("privileged", .boolean(true)), ("init", .string("systemd")), ("runtime", .string("crun")),
            ])
        ).options
        #expect(options.reservedForRoot(hasGroups: false).map(\.option) == ["privileged", "init: systemd"])
        #expect(options.reservedForRoot(hasGroups: true).map(\.option) == ["privileged"])
    }

    @Test(arguments: [
        ("capabilities", OptionTree.Value.string("net_admn"), "there is no capability 'net_admn'"),
        ("command", .string("sshd"), "'command' must begin with an absolute path, not 'sshd'"),
        ("command", .list([]), "'command' must name a program"),
        ("init", .string("yes"), "'init' must be true, false or systemd, not a text"),
        ("pids", .integer(3), "'pids' must be a whole number from 16 to 4194304, not a whole number"),
        ("seccomp", .string("off"), "'off' is no value for 'seccomp'; it takes default, unconfined"),
        ("dns", .string("one.one"), "'one.one' is no IPv4 address"),
        ("swap", .string("512"), "'512' is no value for 'swap'; it takes none, unlimited or a size such as 512MiB"),
        ("binds", .string("src"), "a bind must be 'SOURCE:TARGET' or 'SOURCE:TARGET:ro', not 'src'"),
        ("binds", .string("src:work"), "nothing can be bound on 'work' of a machine"),
        ("binds", .string("src:/proc/sys:ro"), "nothing can be bound on '/proc/sys' of a machine"),
        ("binds", .string("src:/srv/../proc"), "nothing can be bound on '/srv/../proc' of a machine"),
        (
            "binds", .list([OptionTree(.string("a:/b")), OptionTree(.string("c:/b:ro"))]),
            "two binds have the target '/b'"
        ),
        ("binds", map([("source", .string("a"))]).value, "a bind needs a 'source' and a 'target'"),
        ("runtime", .string("youki"), "'youki' is no value for 'runtime'; it takes runc, crun"),
        ("devices", .string("fuse"), "'fuse' is no device of this host"),
        ("devices", .string("/dev/../etc/shadow"), "'/dev/../etc/shadow' is no device of this host"),
        ("privilged", .boolean(true), "the container options have no key 'privilged'"),
    ])
    func mistakesAreSaidWhereTheyAre(key: String, value: OptionTree.Value, message: String) {
        let diagnostics = ContainerOptions.read(Self.map([(key, value)])).diagnostics
        #expect(diagnostics.map(\.message) == [message])
    }

    @Test func optionsOfIsolationAreRead() {
        let (options, diagnostics) = ContainerOptions.read(
            Self.map([
                ("init", .string("systemd")), ("swap", .string("1GiB")), ("nesting", .boolean(true)),
                ("privileged", .boolean(true)), ("devices", .list([OptionTree(.string("/dev/kvm"))])),
            ]))
        #expect(diagnostics.isEmpty)
        #expect(options.initiator == .systemd && options.isNesting && options.isPrivileged)
        #expect(options.swap == .some(ByteCount(bytes: 1 << 30)))
        #expect(options.devices == ["/dev/kvm"])
    }

    @Test func systemdTakesNoCommand() {
        let entries: [(String, OptionTree.Value)] = [("init", .string("systemd")), ("command", .string("/bin/true"))]
        let message = "'command' has no effect with 'init: systemd': systemd starts what its units say"
        #expect(ContainerOptions.read(Self.map(entries)).diagnostics.map(\.message) == [message])
    }

    @Test func aMisspeltCapabilityGetsASuggestion() {
        let help = ContainerOptions.read(Self.map([("capabilities", .string("net_admn"))])).diagnostics.first?.help
        #expect(help?.contains("NET_ADMIN") == true)
    }

    private static func map(_ entries: [(String, OptionTree.Value)]) -> OptionTree {
        OptionTree(.map(entries.map { OptionTree.Entry(key: Located($0.0), value: OptionTree($0.1)) }))
    }
}
