import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// A box of Vagrant's for VirtualBox, used by Vagrant and by devenv at once, in the same VirtualBox.
@Suite(
    .tags(.large), .requiresVirtualBox,
    .requires(tool: "vagrant", "mmdebstrap", "qemu-img", "as", "ld", "ssh", "ssh-keygen", "tar"))
struct VirtualBoxVagrantTests {
    private static let patience = Duration.seconds(900)

    private static let envfile = """
        version: 1
        name: both
        provider: virtualbox
        machines:
          one: { box: test/vagrant, memory: 96MiB, boot_timeout: 10m }

        """

    @Test func aBoxIsUsedByBothAndNeitherDisturbsTheOther() async throws {
        try await TemporaryDirectory.with { directory in
            try await VirtualBoxHome.with(in: directory) { box in
                let vagrant = try await VagrantProject(in: directory, box)
                try await AcceptanceProject.with(Self.envfile, home: .virtualBox, virtualBox: box) { project in
                    let file = try await TestDisk.vagrantBox().string
                    try await vagrant.expect("box", "add", file, "--name", "test/vagrant")
                    try await project.expect("box", "add", file, "--name", "test/vagrant", timeout: Self.patience)
                    try await vagrant.expect("up", "--provider", "virtualbox")
                    try await project.expect("up", timeout: Self.patience)

                    let question = "id -un; sudo id -un"
                    #expect(try await vagrant.expect("ssh", "-c", question) == "vagrant\nroot\n")
                    let answer = try await project.expect("ssh", "-c", question, timeout: Self.patience)
                    #expect(answer.text == "vagrant\nroot\n")
                    #expect(try await vagrant.state() == "running")
                    #expect(try await project.expect("status").text.contains("running"))

                    let halted = try await vagrant.expect("halt")
                    #expect(halted.contains("graceful") && !halted.contains("Forcing"), "\(halted)")
                    #expect(try await vagrant.state() == "poweroff")
                    #expect(try await project.expect("status").text.contains("running"))
                    try await vagrant.expect("destroy", "--force")
                    #expect(try await vagrant.state() == "not_created")

                    try await project.expect("halt", timeout: Self.patience)
                    #expect(try await project.expect("status").text.contains("stopped"))
                    try await project.expect("destroy", "-f", timeout: Self.patience)
                }
                #expect(try await box.content() == [])
            }
        }
    }
}

/// A project of Vagrant's with one machine, in a VirtualBox of a test's own and with boxes of its own.
private struct VagrantProject {
    private let directory: FilePath
    private let environment: [String: String]

    private static let vagrantfile = """
        Vagrant.configure("2") do |config|
          config.vm.box = "test/vagrant"
          config.vm.boot_timeout = 900
          config.ssh.connect_timeout = 120
          config.ssh.insert_key = false
          config.vm.provider("virtualbox") { |v| v.memory = 96 }
        end

        """

    init(in place: TemporaryDirectory, _ box: VirtualBoxHome) async throws {
        try await box.run("setproperty", "machinefolder", place.path.appending("machines").string)
        // Vagrant 2.3 refuses releases of VirtualBox that are newer than itself
        let manage = try #require(Requirement.find("VBoxManage"))
        try place.write(
            Array(
                "#!/bin/sh\n[ \"$1\" != --version ] || { echo 7.0.20r163906; exit; }\nexec '\(manage)' \"$@\"\n".utf8),
            to: "programs/VBoxManage", mode: [.ownerReadWriteExecute])
        let programs = place.path.appending("programs").string
        directory = place.path.appending("vagrant-project")
        environment = box.environment.merging([
            "VAGRANT_HOME": place.path.appending("vagrant").string, "VAGRANT_CHECKPOINT_DISABLE": "1",
            "VAGRANT_BOX_UPDATE_CHECK_DISABLE": "1", "VAGRANT_NO_PLUGINS": "1", "LC_ALL": "C.UTF-8",
            "PATH": programs + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ]) { $1 }
        try place.write(Self.vagrantfile, to: "vagrant-project/Vagrantfile")
    }

    /// Runs a command that must succeed; answers what it printed.
    @discardableResult
    func expect(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let outcome = try await SystemToolRunner().run(
            ToolInvocation(
                "vagrant", arguments, environment: environment, directory: directory, timeout: .seconds(900)))
        #expect(outcome.status == 0, "vagrant \(arguments): \(outcome.transcript)", sourceLocation: sourceLocation)
        return outcome.text
    }

    /// What Vagrant says that its machine does.
    func state() async throws -> String {
        let lines = try await expect("status", "--machine-readable").split(separator: "\n")
        let fields = lines.map { $0.split(separator: ",").map(String.init) }
        return fields.first { $0.count == 4 && $0[2] == "state" }?[3] ?? ""
    }
}
