import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import LibvirtProvider

/// What the doctor says.
@Suite struct FindingTests {
    @Test(.requiresRoot, .requiresLibvirt) func aHostThatRunsTheTestsHasNoProblem() async throws {
        try await TemporaryDirectory.with { directory in
            let directories = HostDirectories(data: directory.path, runtime: directory.path)
            let findings = await HostFindings(directories: directories, environment: [:]).all()
            #expect(findings.filter { $0.severity == .problem } == [])
            #expect(findings.first?.message.contains("answers at qemu:///system, as its daemon lets you in") == true)
            for subject in ["KVM", "uefi", "tpm", "dnsmasq", "firewall", "left in", "qemu-img", "xorriso"] {
                #expect(findings.contains { $0.message.contains(subject) }, "nothing of \(subject) in \(findings)")
            }
        }
    }

    @Test func aDaemonForTestsHasNoNeedOfTheHost() async throws {
        try await TemporaryDirectory.with { directory in
            let directories = HostDirectories(data: directory.path, runtime: directory.path)
            let environment = ["DEVENV_LIBVIRT_URI": "test:///default"]
            let findings = await HostFindings(directories: directories, environment: environment).all()
            #expect(findings.count == 3, "\(findings)")
            #expect(findings.first?.message.hasSuffix("answers at test:///default, as DEVENV_LIBVIRT_URI says") == true)
        }
    }

    @Test(
        arguments: [
            (["iptables", "nft"], 9_000_000, "'iptables'", Finding.Severity.fine),
            (["nft"], 9_000_000, "'iptables'", .problem),
            (["nft"], 10_004_000, "'nft'", .fine), (["iptables"], 10_004_000, "'iptables'", .fine),
            ([], 11_000_000, "'nft'", .problem),
        ] as [([String], Int, String, Finding.Severity)])
    func networksNeedTheFirewallThatLibvirtKnows(
        _ tools: [String], _ version: Int, _ word: String, _ severity: Finding.Severity
    ) {
        let finding = NetworkTools.findings(firewalls: tools, version: version)
        #expect(finding.severity == severity)
        #expect(finding.message.contains(word))
    }

    @Test func littleSpaceIsAWarning() {
        #expect(HostFindings.spaceFinding(ByteCount(bytes: 3 << 30), "/pool").severity == .warning)
        #expect(HostFindings.spaceFinding(ByteCount(bytes: 40 << 30), "/pool").severity == .fine)
    }

    @Test(
        arguments: [
            (SystemDaemon.absent(isRoot: true), 0, host(), "systemctl enable --now libvirtd"),
            (.absent(isRoot: true), 0, host(systemd: false), "as root: virtlogd --daemon && libvirtd --daemon"),
            (.absent(isRoot: true), 0, host(installed: false), "apt-get install libvirt-daemon-system"),
            (.forbidden, 1000, host(), "adduser USER libvirt, then log in again"), (.usable, 0, host(), nil),
        ] as [(SystemDaemon, UInt32, DaemonTrouble.Host, String?)])
    func aDaemonThatRefusesGetsItsCure(
        _ system: SystemDaemon, _ user: UInt32, _ host: DaemonTrouble.Host, _ cure: String?
    ) async throws {
        let choice = URIChoice(uri: LibvirtURI("qemu:///system"), source: .system)
        let finding = DaemonTrouble.finding(try await refusal(), choice, system: system, user: user, host: host)
        #expect(finding.severity == .problem)
        #expect(finding.cure == cure)
    }

    @Test func withoutPolicyKitTheConfigurationIsTheCure() async throws {
        let choice = URIChoice(uri: LibvirtURI("qemu:///system"), source: .system)
        let finding = DaemonTrouble.finding(
            try await refusal(), choice, system: .usable, user: 1000, host: Self.host(policyKit: false))
        #expect(finding.message.hasPrefix("libvirt at qemu:///system does not let you in: "))
        #expect(finding.cure?.contains("unix_sock_group = \"libvirt\"") == true)
    }

    @Test(
        arguments: [
            ("qemu:///session", true, nil), ("qemu:///session", false, "apt-get install libvirt-daemon-system"),
            (
                "qemu+ssh://build.example/system", true,
                "see that the host can be reached: virsh -c 'qemu+ssh://build.example/system' uri"
            ),
        ] as [(String, Bool, String?)])
    func otherDaemonsAreCuredElsewhere(_ uri: String, _ isInstalled: Bool, _ cure: String?) async throws {
        let choice = URIChoice(uri: LibvirtURI(uri), source: .option)
        let finding = DaemonTrouble.finding(
            try await refusal(), choice, system: .usable, user: 0, host: Self.host(installed: isInstalled))
        #expect(finding.message.hasPrefix("libvirt does not answer at \(uri), chosen as the option 'uri' says: "))
        #expect(finding.cure == cure)
    }

    private static func host(
        installed: Bool = true, systemd: Bool = true, policyKit: Bool = true
    ) -> DaemonTrouble.Host {
        DaemonTrouble.Host(isInstalled: installed, hasSystemd: systemd, hasPolicyKit: policyKit)
    }

    /// What libvirt's library says of a socket that is not there.
    private func refusal() async throws -> LibvirtError {
        try #require(
            await #expect(throws: LibvirtError.self) {
                _ = try await LibvirtConnection.open("qemu+unix:///system?socket=/nowhere/libvirt-sock")
            })
    }
}

/// What decides how machines are described.
@Suite struct HostInspectionTests {
    @Test func theTestDriverHasMachinesOfItsOwn() async throws {
        let report = try await report(of: "test:///default", LibvirtOptions())
        #expect(report.abilities.virtualization == .test)
        #expect(report.capabilities == nil)
        #expect(report.notice == nil)
    }

    @Test(.requiresRoot, .requiresLibvirt) func theSystemsDaemonSaysWhatItRuns() async throws {
        var options = LibvirtOptions()
        let wished = try await report(of: LibvirtDaemon.system, options)
        #expect((wished.abilities.virtualization == .kvm) == (wished.notice == nil))
        #expect(wished.abilities.scope == .system)
        #expect(wished.abilities.libvirtVersion >= 9_000_000)
        options.accelerator = .tcg
        let emulated = try await report(of: LibvirtDaemon.system, options)
        #expect(emulated.abilities.virtualization == .qemu)
        #expect(emulated.notice == nil)
        #expect(emulated.abilities.emulator == wished.abilities.emulator)
        #expect(emulated.abilities.emulator.map(\.string).flatMap(Requirement.find) != nil)
    }

    @Test(.requiresRoot, .requiresLibvirt) func anArchitectureWithoutAnEmulatorIsRefused() async throws {
        var options = LibvirtOptions()
        options.architecture = .s390x
        let error = await #expect(throws: ProviderError.self) { try await report(of: LibvirtDaemon.system, options) }
        #expect(error?.code == .unsupported)
        #expect(error?.help == "apt-get install qemu-system-misc")
    }

    @Test(.requiresRoot, .requires(tool: "libvirtd", "virsh", "tini", "setpriv", "unshare"))
    func aUserWithoutKVMHasEmulatedMachines() async throws {
        try await PrivateLibvirt.with(.session) { libvirt in
            let report = try await report(of: libvirt.uri, LibvirtOptions())
            #expect(report.abilities.virtualization == .qemu)
            #expect(report.abilities.scope == .session)
            #expect(report.notice?.hasPrefix("the machine is emulated") == true)
            var options = LibvirtOptions()
            options.accelerator = .kvm
            let error = await #expect(throws: ProviderError.self) { try await self.report(of: libvirt.uri, options) }
            #expect(error?.code == .unsupported)
        }
    }

    @Test(.requiresRoot, .requiresLibvirt) func theProviderSaysWhyAMachineIsEmulated() async throws {
        try await LibvirtFixture.with { fixture in
            let notices = await fixture.provider.notices(of: fixture.request())
            let report = try await report(of: fixture.uri, LibvirtOptions())
            #expect(notices == (report.notice.map { [$0] } ?? []))
            let emulated = fixture.request(options: ["accelerator": .string("tcg")])
            #expect(await fixture.provider.notices(of: emulated).isEmpty)
        }
    }

    private func report(of uri: String, _ options: LibvirtOptions) async throws -> HostInspection.Report {
        try await TemporaryDirectory.with { directory in
            let connection = try await LibvirtConnection.open(uri)
            let directories = HostDirectories(data: directory.path, runtime: directory.path)
            return try await HostInspection(directories: directories).report(of: connection, options: options)
        }
    }
}
