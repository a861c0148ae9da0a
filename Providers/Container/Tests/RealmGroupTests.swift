import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import ContainerProvider

/// Control groups of an ordinary user, by the files that the kernel would have.
struct RealmGroupTests {
    @Test func aGroupIsReadFromVersion2Alone() {
        #expect(RealmGroup.path(in: "4:memory:/m\n1:name=systemd:/s\n0::/user.slice/a b\n") == "/user.slice/a b")
        #expect(RealmGroup.path(in: "4:memory:/m\n") == nil)
        #expect(RealmGroup.common("/user.slice/a/x.scope", "/user.slice/b/y.scope/devenv") == "/user.slice")
        #expect(RealmGroup.common("/a", "/b") == "/")
        #expect(RealmGroup.common("/a/b", "/a/b/devenv") == "/a/b")
    }

    @Test func theGroupAboveIsTakenWhereNoProcessIsInIt() async throws {
        try await TemporaryDirectory.with { directory in
            try HostFiles.makeDirectory(directory.path.pushing("own/shell"))
            try directory.write("", to: "own/cgroup.procs")
            try directory.write("42\n", to: "own/shell/cgroup.procs")
            #expect(RealmGroup.delegated("/own/shell", root: directory.path)?.path == "/own")
            try directory.write("7\n", to: "own/cgroup.procs")
            #expect(RealmGroup.delegated("/own/shell", root: directory.path)?.path == "/own/shell")
            #expect(RealmGroup.delegated("/", root: directory.path) == nil)
            #expect(RealmGroup.delegated("/gone", root: directory.path) == nil)
        }
    }

    @Test func groupsGetTheControllersThatAreThere() async throws {
        try await TemporaryDirectory.with { directory in
            try HostFiles.makeDirectory(directory.path.appending("own"))
            try directory.write("cpuset memory hugetlb\n", to: "own/cgroup.controllers")
            try directory.write("", to: "own/cgroup.subtree_control")
            let group = RealmGroup(path: "/own", root: directory.path)
            group.enable(in: group.directory)
            #expect(group.available == ["cpuset", "memory", "hugetlb"])
            #expect(group.controllers == ["+memory"], "as it is written to the kernel")
        }
    }

    @Test func limitsAreTheNumbersOfVersion2() async throws {
        var spec = MachineSpec(name: Located(MachineName(unchecked: "web")))
        var options = ContainerOptions()
        #expect(
            GroupLimits(Resources(spec, options)).files == [
                "memory.max": "max", "memory.swap.max": "max", "cpu.max": "max 100000", "pids.max": "4096",
            ])
        spec.memory = ByteCount(bytes: 256 << 20)
        spec.cpus = 2
        options.swap = .some(ByteCount(bytes: 64 << 20))
        let limits = GroupLimits(Resources(spec, options))
        #expect(
            limits.files == [
                "memory.max": "268435456", "memory.swap.max": "67108864", "cpu.max": "200000 100000",
                "pids.max": "4096",
            ])
        try await TemporaryDirectory.with { directory in
            try HostFiles.makeDirectory(directory.path.appending("m"))
            try directory.write("", to: "m/memory.max")
            try ControlGroups("m", below: directory.path).limit(limits)
            #expect(
                try HostFiles.list(directory.path.appending("m")) == ["memory.max"], "what is not there is left out")
            #expect(try HostFiles.read(directory.path.pushing("m/memory.max")) == Array("268435456".utf8))
        }
    }

    @Test func whatIsNotDelegatedIsNamedWithWhatHelps() {
        let none = GroupOutlook(cure: "cure").finding
        #expect(none.severity == .warning && none.cure == "cure")
        let some = GroupOutlook(hasGroup: true, controllers: ["memory", "pids"], cure: "cure").finding
        #expect(some.severity == .warning && some.message.contains("lacks cpu: limits"))
        #expect(GroupOutlook(hasGroup: true, controllers: ["memory", "pids", "cpu"]).finding.severity == .fine)
    }

    @Test func aKeptConfigurationGoesToTheGroupOfItsTime() {
        func moved(_ text: String) -> String {
            String(decoding: KeptConfig.moved(Array(text.utf8), to: #"/a\x2d/m"#), as: UTF8.self)
        }
        #expect(moved(#"{"x":1,"cgroupsPath":"\/b\\x\"\/m","y":2}"#) == #"{"x":1,"cgroupsPath":"/a\\x2d/m","y":2}"#)
        #expect(moved(#"{"x":1}"#) == #"{"x":1}"#)
        let identity = MachinePlace(
            project: ProjectID(unchecked: "aa"), machine: MachineID(unchecked: "bb"),
            in: HostDirectories(data: "/data", runtime: "/run/devenv"))
        #expect(RealmGroup(path: "/u", root: "/sys/fs/cgroup").pathForRuntime(identity) == "/u/devenv/aa/bb")
        #expect(RealmGroup(path: "/u", root: "/sys/fs/cgroup/unified").pathForRuntime(identity) == nil)
    }

    @Test func withSystemdTheHolderIsInAScopeOfItsOwn() {
        let place = RealmPlace(directory: "/run/realm")
        let plain = RealmKeeper.holderWords(place, manager: nil, root: "/sys/fs/cgroup")
        #expect(plain.program == "/bin/sh" && plain.arguments.suffix(2) == ["catatonit", "-P"])
        let manager = UserManager(program: "/usr/bin/systemd-run", environment: [:])
        let scoped = RealmKeeper.holderWords(place, manager: manager, root: "/sys/fs/cgroup")
        #expect(scoped.program == "/usr/bin/systemd-run")
        #expect(scoped.arguments.contains("--property=Delegate=yes"))
        #expect(Array(scoped.arguments.suffix(9)) == Array(plain.arguments.suffix(9)))
        #expect(UserManager.find { _ in nil } == nil)
    }
}
