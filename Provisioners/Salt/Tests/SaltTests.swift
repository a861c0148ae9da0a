import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SaltProvisioner
import SystemPackage
import Testing

/// Salt's states.
@Suite struct SaltTests {
    /// The real Salt, run on this host as it is in a machine. Debian 12 has none, so that this one runs where there is one:
    /// `Scripts/try-provisioners` gets it from PyPI.
    @Test(.requiresRoot, .enabled(if: Requirement.find("salt-call") != nil, "needs salt-call, which is not installed"))
    func statesFindTheirPillarAndChangeNothingTwice() async throws {
        try await TemporaryDirectory.with { directory in
            let project = try HostedProject(in: directory, secrets: ["word": "it's \"se\ncret"])
            let place = directory.path.appending("page").string
            try project.write(
                "\(place):\n  file.managed:\n    - contents_pillar: word\n    - show_changes: false\n    - mode: '0600'\n",
                to: "salt/it's/page.sls")
            try project.write("base: { '*': [page] }\n", to: "salt/it's/top.sls")
            try project.write("base: { '*': [more] }\n", to: "pillar/top.sls")
            try project.write("more: yes\n", to: "pillar/more.sls")
            let item = HostedProject.item(
                "salt",
                [
                    "states": "salt/it's", "pillar": "pillar", "data": ["word": "secret:word"],
                    "args": ["--log-file", .text(directory.path.appending("log").string)],
                ])
            let provisioner = SaltProvisioner()
            #expect(provisioner.validate(item, in: project.project) == [])
            let first = try await project.run(item, by: provisioner)
            #expect(try directory.read("page")?.hasPrefix("it's \"se\ncret") == true, "\(first)")
            #expect(first.contains("(changed=1)"), "\(first)")
            let second = try await project.run(item, by: provisioner)
            #expect(second.contains("Succeeded: 1\n"), "\(second)")
            #expect(try project.leftovers() == [])
            try project.write("fail: { test.fail_without_changes: [] }\n", to: "salt/it's/page.sls")
            let failed = await #expect(throws: ProvisionerError.self) { try await project.run(item, by: provisioner) }
            #expect(failed?.exitStatus != nil)
        }
    }

    @Test func whatIsWrongIsSaid() {
        let item = HostedProject.item("salt", ["pillar": "/srv/pillar", "data": "x", "apply": "web"])
        let project = ProvisionerProject(directory: "/nonexistent", secretNames: [])
        #expect(
            SaltProvisioner().validate(item, in: project).map(\.message) == [
                "'pillar' takes a path in the project's directory, not '/srv/pillar'",
                "a salt item needs its 'states'", "'data' must be a map, not a text",
            ])
    }

    @Test(.requiresRoot, .requires(tool: "tar"), .enabled(if: Requirement.find("salt-call") == nil, "this host has it"))
    func aMachineWithoutItIsToldSo() async throws {
        try await TemporaryDirectory.with { directory in
            let project = try HostedProject(in: directory)
            try project.write("{}\n", to: "salt/top.sls")
            let error = await #expect(throws: ProvisionerError.self) {
                try await project.run(HostedProject.item("salt", ["states": "salt"]), by: SaltProvisioner())
            }
            #expect(error?.message == "running 'item': there is no 'salt-call' in the machine")
            #expect(error?.help == "install it there")
            #expect(try project.leftovers() == [])
        }
    }
}
