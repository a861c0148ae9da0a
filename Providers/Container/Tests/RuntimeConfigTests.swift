import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import ContainerProvider

struct RuntimeConfigTests {
    @Test func aMachineGetsItsNamespacesMapsAndGroup() {
        let config = Self.config()
        #expect(config.linux.namespaces.map(\.type) == ["pid", "ipc", "uts", "mount", "network", "user"])
        #expect(config.linux.uidMappings == [.init(hostID: 1_879_048_192, size: 65_536)])
        #expect(config.linux.cgroupsPath == "/devenv/00000000000000aa/00000000000000bb")
        #expect(config.annotations["devenv.machine"] == "00000000000000bb")
        #expect(!config.mounts.contains { $0.type == "cgroup" })
    }

    @Test func unifiedControlGroupsGetANamespaceAndAMount() {
        let config = Self.config(ContainerOptions(), unified: true)
        #expect(config.linux.namespaces.last?.type == "cgroup")
        #expect(config.mounts.last?.destination == "/sys/fs/cgroup")
    }

    @Test func sshdRunsBelowTheInitUnlessToldOtherwise() {
        #expect(Self.config().process.args.prefix(3) == ["/run/devenv/init", "--", "/usr/sbin/sshd"])
        var options = ContainerOptions()
        options.initiator = .none
        options.command = ["/sbin/init"]
        let config = Self.config(options)
        #expect(config.process.args == ["/sbin/init"])
        #expect(!config.mounts.contains { $0.type == "bind" })
    }

    @Test func capabilitiesAreTheUsualOnesAndThoseAskedFor() throws {
        #expect(Self.config().process.capabilities.bounding.count == 14)
        var options = ContainerOptions()
        options.capabilities = [try #require(Capability("net_admin")), try #require(Capability("CHOWN"))]
        let bounding = Self.config(options).process.capabilities.bounding
        #expect(bounding.count == 15)
        #expect(bounding.contains("CAP_NET_ADMIN"))
    }

    @Test func limitsAreWrittenAndTheirAbsenceToo() {
        var spec = Self.spec
        let free = Resources(spec, ContainerOptions())
        #expect(free.memory == .init(limit: -1, swap: -1))
        #expect(free.cpu == .init(quota: -1))
        spec.memory = ByteCount(bytes: 1 << 30)
        spec.cpus = 3
        let limited = Resources(spec, ContainerOptions(), allowing: [.init()])
        // the same number twice: no swap beside the memory
        #expect(limited.memory == .init(limit: 1 << 30, swap: 1 << 30))
        #expect(limited.cpu == .init(quota: 300_000))
        #expect(limited.devices == [.init()])
    }

    private static let spec = MachineSpec(name: Located(MachineName(unchecked: "web")))

    private static func config(_ options: ContainerOptions = ContainerOptions(), unified: Bool) -> RuntimeConfig {
        config(options, host: RuntimeSurroundings(hasUnifiedControlGroups: unified))
    }

    /// A machine's configuration.
    static func config(
        _ options: ContainerOptions = ContainerOptions(), host: RuntimeSurroundings = RuntimeSurroundings()
    ) -> RuntimeConfig {
        let identity = MachineIdentity(
            project: ProjectID(unchecked: "00000000000000aa"), machine: MachineID(unchecked: "00000000000000bb"),
            projectName: ProjectName(unchecked: "shop"), name: MachineName(unchecked: "web"))
        let access = MachineAccess(
            user: "dev", authorizedKeys: [], hostKey: Redacted("key"), publicHostKey: "ssh-ed25519 AAAA", port: 22)
        let box = BoxImage(name: "box", digest: "sha256:0", format: .directories, layers: ["/box"], user: "dev")
        let request = MachineRequest(
            identity: identity, record: [:], spec: spec, box: box, access: access, hosts: [], forwards: [],
            logDirectory: "/log")
        let directories = HostDirectories(data: "/data", runtime: "/run/devenv")
        return RuntimeConfig(
            request, options: options, place: MachinePlace(identity, in: directories), ids: .standard,
            host: host)
    }
}

struct SeccompTests {
    @Test(.enabled(if: HostFiles.exists(SeccompProfile.path), "needs the profile of golang-github-containers-common"))
    func conditionsAreResolvedForOneArchitecture() throws {
        let profile = try SeccompProfile.read()
        let filter = profile.filter(for: .amd64, capabilities: [])
        #expect(filter.architectures == ["SCMP_ARCH_X86_64"])
        #expect(filter.defaultAction == "SCMP_ACT_ERRNO")
        #expect(Self.actions(of: "arch_prctl", in: filter) == ["SCMP_ACT_ALLOW"])
        #expect(Self.actions(of: "arm_fadvise64_64", in: filter) == [])
        // chroot is a usual capability, bpf is not
        #expect(Self.actions(of: "chroot", in: filter) == ["SCMP_ACT_ALLOW"])
        #expect(Self.actions(of: "bpf", in: filter) == ["SCMP_ACT_ERRNO"])
        let admin = profile.filter(for: .amd64, capabilities: [try #require(Capability("SYS_ADMIN"))])
        #expect(Self.actions(of: "bpf", in: admin) == ["SCMP_ACT_ALLOW"])
    }

    private static func actions(of call: String, in filter: SeccompFilter) -> [String] {
        filter.syscalls.filter { $0.names.contains(call) }.map(\.action)
    }
}

struct RuncTests {
    @Test func theReasonIsTheLastErrorOfTheLog() {
        let log = """
            {"level":"warning","msg":"something","time":"2026-01-01T00:00:00Z"}
            {"level":"error","msg":"runc create failed: no such file","time":"2026-01-01T00:00:00Z"}
            not json
            """
        #expect(Runc.reason(in: Array(log.utf8)) == "runc create failed: no such file")
        #expect(Runc.reason(in: []) == nil)
    }

    @Test func createGoesThroughAFileAndNamesTheMachine() {
        let place = MachinePlace(
            project: ProjectID(unchecked: "aa"), machine: MachineID(unchecked: "bb"),
            in: HostDirectories(data: "/data", runtime: "/run/devenv"))
        let call = Runc.create(place, console: "/log/console.log")
        #expect(
            call.arguments == [
                "--root", "/run/devenv/runc", "--log", "/run/devenv/containers/aa/bb/runc.log", "--log-format", "json",
                "create", "--bundle", "/run/devenv/containers/aa/bb/bundle",
                "--pid-file", "/run/devenv/containers/aa/bb/pid", "devenv-aa-bb",
            ])
        #expect(call.output == .file("/log/console.log"))
        let other = Runtime.crun.call(["start", "x"], onHybridHost: false)
        #expect(other.tool == "crun" && other.arguments == ["start", "x"])
        #expect(Runtime.crun.call(["start", "x"], onHybridHost: true).arguments.suffix(3) == ["crun", "start", "x"])
    }
}
