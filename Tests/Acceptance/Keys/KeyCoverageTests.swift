import DevenvTestSupport
import Testing

/// Every general key of an Envfile is used by a test that runs it. What a provider makes of its own options is tested where the
/// provider is.
struct KeyCoverageTests {
    private static let envfiles = [
        HookKeyTests.plain + HookKeyTests.hooks, ProjectKeyTests.envfile, ProjectKeyTests.base,
        ProjectKeyTests.blocks("tcg", "16"), ProjectKeyTests.catalog("key"),
        NetworkKeyTests.envfile(1, "10.0.0.0/24", "10.0.0.9"), SharedNetworkTests.envfile("any"),
        AccessKeyTests.envfile, OwnershipKeyTests.envfile,
        ProvisionKeyTests.envfile + ProvisionKeyTests.slow, SecretKeyTests.envfile, ContainerKeyTests.envfile,
        ScriptKeyTests.envfile(
            ScriptKeyTests.speaking + [ScriptKeyTests.fetched("http:", "0"), ScriptKeyTests.ending(true)]),
        ReadyKeyTests.first, AnsibleTests.envfile, DirectionKeyTests.envfile,
    ]

    /// Those that other suites are about.
    private static let elsewhere = [
        "LifeCycleTests": ["machine.depends_on", "machine.ready.shell", "shell.env", "shell.path", "shell.args"],
        "PlanTests": ["machine.memory", "machine.ready.tcp"], "ConcurrencyTests": ["machine.count"],
        "SharedHostTests": ["machine.forward.auto"], "BadInputTests": ["secrets.env"],
        "PuppetTests": options("puppet", ["manifest", "modules", "hiera", "facts", "args", "install"]),
        "SaltTests": options("salt", ["states", "pillar", "apply", "data", "args"]),
        "PodmanTests": options("podman", engine), "DockerTests": options("docker", engine),
        "AnsibleLocalTests": [
            "directory", "extra_vars", "vault_password", "tags", "skip_tags", "verbose", "args", "install",
        ].map { "ansible_local.\($0)" },
        "SecretResolverTests": ["secrets.sops", "secrets.key"],
        "VirtualLifeCycleTests": ["machine.cpus", "machine.boot_timeout", "provider"],
        "VirtualBoxKillTests": ["machine.disk", "machine.stop_timeout"],
    ]

    private static let engine =
        ["install", "pull", "build", "containers"]
        + ["image", "command", "ports", "volumes", "env", "restart", "args"].map { "containers.\($0)" }

    /// A provisioner and its options.
    private static func options(_ kind: String, _ keys: [String]) -> [String] {
        ["provision-item.\(kind)"] + keys.map { "\(kind).\($0)" }
    }

    @Test func everyKeyIsUsed() async throws {
        let general = try await EnvfileKeyPaths.all().filter { path in
            !["libvirt.", "virtualbox."].contains { path.hasPrefix($0) }
        }
        try #require(general.count > 90)
        let used = try await EnvfileKeyPaths.used(in: Self.envfiles)
        let known = used.union(Self.elsewhere.values.joined())
        #expect(general.subtracting(known).sorted() == [], "no test of Tests/Acceptance/Keys has these keys")
        #expect(Set(Self.elsewhere.values.joined()).subtracting(general) == [], "there are no such keys")
    }
}
