import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// What people read when VirtualBox does not do what it should, and that the next command goes on once it does.
@Suite(.tags(.large), .requiresVirtualBox, .requires(tool: "qemu-img", "truncate", "tar", "ssh-keygen", "mkfifo"))
struct VirtualBoxFaultTests {
    private static let envfile = """
        version: 1
        name: fault
        provider: virtualbox
        machines:
          one: { box: $BOX, memory: 64MiB, boot_timeout: 100ms, stop_timeout: 100ms }

        """

    @Test func whereItIsMissingOrTooOldItsInstallationIsTheCure() async throws {
        try await Self.with { project, _ in
            let cure = "install VirtualBox 6.1 or later"
            let none = ["PATH": "/nowhere"]
            try await project.expectFailure(
                of: ["up"], environment: none, saying: ["there is no VBoxManage", cure])
            let old = ["PATH": try Self.standIn("echo 6.0.24r139119", in: project)]
            try await project.expectFailure(
                of: ["up"], environment: old, saying: ["VirtualBox 6.0.24 is older than 6.1", cure])
            try await project.upWithoutSystem()
            let seen = try await project.expect("status", environment: none).text
            #expect(seen.contains("unknown") && seen.contains("'VBoxManage' is not installed"), "\(seen)")
        }
    }

    /// What is no answer of VirtualBox's says nothing about machines: neither one's own are given up, nor what others stand on.
    @Test func whatIsNoAnswerIsNotTakenForOne() async throws {
        try await Self.with { project, box in
            try await project.upWithoutSystem()
            let content = try await box.content()
            let real = try #require(ToolPath.find("VBoxManage"))
            for answer in ["exit 0", "echo nonsense", "case $1 in list) ;; *) exec \(real) \"$@\" ;; esac"] {
                let garbled = ["PATH": try Self.standIn(answer, in: project)]
                let destroyed = try await project.devenv("destroy", "-f", environment: garbled)
                #expect(destroyed.status == 1, "\(answer): \(destroyed.transcript)")
                #expect(try await box.content() == content, "\(answer)")
                #expect(try await project.expect("status").text.contains("running"), "\(answer)")
            }
        }
    }

    /// A call that has done all it was to and does not end, as happens for ten seconds once in a hundred times.
    @Test func aClientThatHangsWhenItIsDoneHoldsNobodyUp() async throws {
        try await Self.with { project, _ in
            try await project.upWithoutSystem()
            let real = try #require(ToolPath.find("VBoxManage"))
            let path = try Self.standIn(
                "\(real) \"$@\"; status=$?; mkdir \"$0.hung\" 2>/dev/null && sleep 60; exit $status", in: project)
            let start = ContinuousClock.now
            let seen = try await project.expect("status", environment: ["PATH": path])
            #expect(seen.text.contains("running"), "\(seen.transcript)")
            #expect(ContinuousClock.now - start < .seconds(50))
        }
    }

    /// Somebody has the machine open: what has to wait waits, and says why when that takes too long.
    @Test func aMachineThatSomebodyHasOpenIsWaitedForAndNamed() async throws {
        try await Self.with { project, box in
            try await project.upWithoutSystem()
            try await project.expect("halt")
            let id = try await Self.machine(in: box)
            // a command that has opened the machine, and reads a key that nobody writes
            try await box.run("modifyvm", id, "--firmware", "efi")
            try await box.run("modifynvram", id, "inituefivarstore")
            let pipe = project.directory.appending("pipe")
            try await box.call("mkfifo", pipe.string)
            async let holder = box.complaint(
                "modifynvram", id, "enrollmok", "--mok=\(pipe)", "--owner-uuid=11111111-1111-1111-1111-111111111111")
            try await eventually("it has opened the machine, and waits for the key") {
                ProcessTable.processes(withArgument: pipe.string).contains { ProcessTable.isOpening($0) }
            }
            try await project.expectFailure(
                of: ["up"],
                saying: [
                    "starting the machine 'one'", "already locked for a session", "end the program that works on it",
                ])
            close(open(pipe.string, O_WRONLY | O_CLOEXEC))
            #expect(try await holder.contains("error"), "it has read no key")
            try await project.upWithoutSystem()
        }
    }

    @Test func aMachineThatSomebodyHasRemovedIsMadeAnew() async throws {
        try await Self.with { project, box in
            try await project.upWithoutSystem()
            try await project.expect("halt")
            try await box.run("unregistervm", try await Self.machine(in: box), "--delete")
            #expect(try await project.expect("status").text.contains("not created"))
            try await project.upWithoutSystem()
        }
    }

    @Test func aMachineWhoseSettingsCantBeReadIsNamedWithItsCure() async throws {
        try await Self.with { project, box in
            try await project.upWithoutSystem()
            try await project.expect("halt")
            let machines = project.binary.home.appending("virtualbox/machines")
            let name = try #require(try HostFiles.list(machines).first)
            try await box.restart()
            try AtomicFile.write(Array("broken".utf8), to: machines.appending("\(name)/\(name).vbox"), durable: false)
            let what = "VirtualBox can't read the machine's settings"
            #expect(try await project.expect("status").text.contains(what))
            let outcome = try await project.devenv("up")
            #expect(outcome.errors.contains("\(what); up --recreate destroys it and makes it again"))
            let made = try await project.devenv("up", "--recreate")
            #expect(made.hasDoneAllButLogIn, "\(made.transcript)")
        }
    }

    /// VirtualBox itself says next to nothing.
    @Test(
        .requiresRoot,
        .enabled("needs the program that asks for the kernel's module, beside one that does not") {
            HostFiles.exists(hardened) && !HostFiles.exists("/dev/vboxdrv")
        })
    func withoutItsModuleInTheKernelTheModuleIsNamedWithItsCure() async throws {
        try await Self.with(programs: [Self.hardened: Self.program]) { project, _ in
            try await project.expectFailure(
                of: ["up"],
                saying: ["starting the machine 'one'", "kernel module 'vboxdrv' is not loaded", "modprobe vboxdrv"])
            #expect(try await project.expect("status").text.contains("stopped"))
        }
    }

    private static let program: FilePath = "/usr/lib/virtualbox/VBoxHeadless"
    private static let hardened = FilePath(program.string + ".hardened")

    /// The machine of the project, as VirtualBox names it.
    private static func machine(in box: VirtualBoxHome) async throws -> String {
        let line = try await box.run("list", "vms").split(separator: "\n").first { $0.hasPrefix("\"fault-one-") }
        return String(try #require(line?.split(separator: "{").last).dropLast())
    }

    /// Puts a script in the place of VBoxManage; answers the `PATH` that leads to it.
    private static func standIn(_ script: String, in project: AcceptanceProject) throws -> String {
        try project.write("#!/bin/sh\n\(script)\n", to: "bin/VBoxManage")
        let directory = project.directory.appending("bin")
        try HostFiles.setMode(of: directory.appending("VBoxManage"), .ownerReadWriteExecute)
        return "\(directory):\(getenv("PATH").map { String(cString: $0) } ?? "")"
    }

    private static func with(
        programs: [FilePath: FilePath] = [:],
        _ body: @escaping @Sendable (AcceptanceProject, VirtualBoxHome) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            try await VirtualBoxHome.with(in: directory, networks: .own, programs: programs) { box in
                try await AcceptanceProject.with(envfile, home: .withoutSystem, virtualBox: box) { project in
                    try await body(project, box)
                }
            }
        }
    }
}
