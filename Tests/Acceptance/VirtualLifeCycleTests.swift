import DevenvHost
import DevenvTestSupport
import Testing

/// Virtual machines from `up` to `destroy`, and what happens to them behind devenv's back.
@Suite(.tags(.large), .requiresRoot, .requiresLibvirt, .requires(tool: "virsh", "qemu-img", "xorriso", "ip", "ssh"))
struct VirtualLifeCycleTests {
    @Test func aMachineIsSuspendedBroughtBackHaltedAndChanged() async throws {
        let envfile = try await VirtualMachine.envfile("life", "  one: {}")
        try await AcceptanceProject.with(envfile, home: .virtual) { project in
            try await project.expect("up")
            try await project.expect("ssh", "-c", "echo one > /home/dev/state; sync")
            try await project.expect("snapshot", "save", "first")
            try await project.expect("ssh", "-c", "echo two > /home/dev/state; sync")

            try await project.expect("suspend")
            #expect(try await project.expect("status").text.contains("suspended"))
            try await project.expect("resume")
            #expect(try await said("cat /home/dev/state", in: project) == "two\n")

            try await project.expect("snapshot", "restore", "first")
            #expect(try await said("cat /home/dev/state", in: project) == "one\n")
            try await project.expect("snapshot", "delete", "first")

            try await project.expect("halt")
            #expect(try await project.expect("status").text.contains("stopped"))
            try project.write(envfile.replacing("memory: 128MiB", with: "memory: 192MiB"), to: "Envfile")
            #expect(try await project.expect("plan", status: 10).text.contains("memory 128 MiB -> 192 MiB"))
            try await project.expect("up")
            let memory = try await said("grep MemTotal /proc/meminfo", in: project).filter(\.isNumber)
            #expect(try #require(Int(memory)) > 140_000)
            #expect(try await said("cat /home/dev/state", in: project) == "one\n")
        }
    }

    @Test func machinesKnowEachOtherByName() async throws {
        let envfile = try await VirtualMachine.envfile("names", "  node: { count: 2 }")
        try await AcceptanceProject.with(envfile, home: .virtual) { project in
            try await project.expect("up")
            for (own, other) in [("node-1", "node-2"), ("node-2", "node-1")] {
                let answer = try await project.expect("ssh", own, "-c", "hostname; sudo ping -c 1 -w 10 \(other) >&2")
                #expect(answer.text == "\(own)\n")
            }
        }
    }

    @Test func whatVirtualBoxMakesOfAnEnvfileLibvirtMakesToo() async throws {
        try await PairProject.run(with: "libvirt", home: .virtualExamples, exchanges: true)
    }

    @Test func whatHappenedBehindItsBackIsSeenAndPutRight() async throws {
        let envfile = try await VirtualMachine.envfile(
            "faults", "  one: { forward: [{ host: 28380, guest: 22, auto: true }] }")
        try await AcceptanceProject.with(envfile, home: .virtual) { project in
            try await project.expect("up")
            try await project.expect("ssh", "-c", "echo kept > /home/dev/state; sync")
            let machine = try await Machine(of: project)

            // the forward's processes
            try await run("pkill", "-KILL", "-f", "forward-relay .*\(machine.id)")
            try await expectMended(project, "forward")
            // the network, as after a reboot of the host
            try await run("virsh", "-q", "net-destroy", machine.network)
            try await expectMended(project, "network")
            // the hypervisor's process
            try await run("pkill", "-KILL", "-f", "guest=\(machine.domain)")
            try await eventually("it is seen as stopped") {
                try await project.devenv("status").text.contains("stopped")
            }
            try await project.expect("up")
            #expect(try await said("cat /home/dev/state", in: project) == "kept\n")
            // the whole domain
            try await run("virsh", "-q", "destroy", machine.domain)
            try await run("virsh", "-q", "undefine", machine.domain)
            #expect(try await project.expect("status").text.contains("its domain was removed"))
            try await project.expect("up")
            #expect(try await said("cat /home/dev/state", in: project) == "kept\n")
            // its disk
            try await run("virsh", "-q", "vol-delete", "--pool", "devenv", "\(machine.domain).qcow2")
            #expect(try await project.expect("status").text.contains("broken"))
        }
    }

    /// Requires that a running machine is seen to lack something, and that `up` puts it right.
    private func expectMended(_ project: AcceptanceProject, _ word: String) async throws {
        let seen = try await project.expect("status")
        #expect(seen.text.contains("running") && seen.text.contains(word), "\(seen.transcript)")
        try await project.expect("up")
        let mended = try await project.expect("status")
        #expect(!mended.text.contains("gone") && !mended.text.contains("not active"), "\(mended.transcript)")
        #expect(try await said("cat /home/dev/state", in: project) == "kept\n")
    }

    private func said(_ command: String, in project: AcceptanceProject) async throws -> String {
        try await project.expect("ssh", "-c", command).text
    }

    private func run(_ tool: String, _ arguments: String...) async throws {
        let connection = tool == "virsh" ? ["--connect", LibvirtDaemon.system] : []
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, connection + arguments))
        #expect(outcome.status == 0, "\(tool) \(arguments): \(outcome.complaint)")
    }

    /// What a machine is called by libvirt.
    private struct Machine {
        let id: String
        let domain: String
        let network: String

        init(of project: AcceptanceProject) async throws {
            let marks = try project.marks()
            let names = try await Self.names("list", "--all", "--name")
            domain = try #require(names.first { name in marks.contains { name.hasSuffix("-\($0)") } })
            id = try #require(domain.split(separator: "-").last.map(String.init))
            let networks = try await Self.names("net-list", "--all", "--name")
            network = try #require(networks.first { name in marks.contains { name.hasSuffix("-\($0)") } })
        }

        private static func names(_ arguments: String...) async throws -> [String] {
            let call = ToolInvocation("virsh", ["--quiet", "--connect", LibvirtDaemon.system] + arguments)
            return try await SystemToolRunner().run(call).text.split(separator: "\n").map {
                $0.filter { $0 != " " }
            }
        }
    }
}
