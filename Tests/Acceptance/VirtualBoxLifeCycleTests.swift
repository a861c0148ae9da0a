import DevenvHost
import DevenvTestSupport
import Testing

/// Machines of VirtualBox from a box as Vagrant's are, from `up` to `destroy`. Where VirtualBox interprets each instruction, as it does
/// without its kernel module, a start takes half a minute and each login some seconds: what can be asked at once is asked at once.
@Suite(
    .tags(.large), .requiresVirtualBox,
    .requires(tool: "mmdebstrap", "qemu-img", "as", "ld", "ssh", "ssh-keygen", "rsync", "tar"))
struct VirtualBoxLifeCycleTests {
    private static let patience = Duration.seconds(900)

    private static let envfile = """
        version: 1
        name: life
        provider: virtualbox
        defaults: { box: $BOX, boot_timeout: 10m }
        machines:
          one:
            memory: 96MiB
            virtualbox: { customize: { post_comm: [[guestproperty, set, ":id", /devenv/test, 1]] } }
            forward: [{ host: 28480, guest: 22, auto: true }]
            sync: [./folder:/srv/folder]
            provision:
              - shell: id -un > /srv/shell; hostname >> /srv/shell
              - file: { source: words, target: /srv/words, mode: "0640" }

        """

    @Test func aMachineLivesAWholeLife() async throws {
        try await Self.with(Self.envfile, files: ["words": "of the file\n", "folder/in/it": "synced\n"]) {
            project, box in
            try await project.expect("up", timeout: Self.patience)
            #expect(try await property(box) == "Value: 1\n")
            try await setProperty(to: "2", box)
            #expect(
                try await said(
                    "sudo cat /srv/shell /srv/words /srv/folder/in/it; echo first | sudo tee /srv/state; sync",
                    in: project)
                    == "root\none\nof the file\nsynced\nfirst\n")
            #expect(try await project.expect("up", timeout: Self.patience).transcript.contains("Nothing to do"))
            let keys = try await said("cat ~/.ssh/authorized_keys; ls /etc/ssh/*_key", in: project)
            #expect(!keys.contains("ssh-rsa"), "the key that Vagrant publishes lets nobody in any more")

            // Linux has the driver of VirtualBox's among its own; the kernel may have been built without
            let details = try await project.expect("status", "one").text
            let tools = try #require(details.split(separator: "\n").first { $0.contains("guest tools") }, "\(details)")
            let hasDriver = try await said("ls -d /sys/bus/pci/drivers/vboxguest || true", in: project) != ""
            #expect(tools.hasSuffix("none (Guest Additions)") != hasDriver, "\(details)")

            try await project.expect("suspend", timeout: Self.patience)
            #expect(try await project.expect("status").text.contains("suspended"))
            try await project.expect("resume", timeout: Self.patience)
            try await project.expect("snapshot", "save", "first", timeout: Self.patience)
            #expect(
                try await said("cat /srv/state; echo second | sudo tee /srv/state; sync", in: project)
                    == "first\nsecond\n")
            try await project.expect("snapshot", "restore", "first", timeout: Self.patience)
            #expect(try await said("cat /srv/state", in: project) == "first\n")
            try await project.expect("snapshot", "delete", "first", timeout: Self.patience)
            #expect(try await property(box) == "Value: 2\n", "what is to be done after a start was done after one only")

            let start = ContinuousClock.now
            try await project.expect("halt", timeout: Self.patience)
            #expect(ContinuousClock.now - start < .seconds(30), "it has stopped by itself")
            #expect(try await project.expect("status").text.contains("stopped"))

            try project.write(Self.envfile.replacing("96MiB", with: "160MiB"), to: "Envfile")
            #expect(try await project.expect("plan", status: 10).text.contains("memory 96 MiB -> 160 MiB"))
            try await project.expect("reload", timeout: Self.patience)
            let kibibytes = try await said("sed -n 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo", in: project)
            #expect(try #require(Int(kibibytes.dropLast())) > 120_000)
            #expect(try await property(box) == "Value: 1\n")
            #expect(try await said("cat /srv/state", in: project) == "first\n")
        }
    }

    @Test func machinesOfOneProjectWaitForEachOtherAndKnowEachOther() async throws {
        try await TemporaryDirectory.with { directory in
            try await VirtualBoxHome.with(in: directory, networks: .own) { box in
                try await PairProject.run(with: "virtualbox", home: .virtualBox, virtualBox: box)
            }
        }
    }

    @Test func twoProjectsAtOnceShareWhatIsMadeOfTheBox() async throws {
        let envfile = """
            version: 1
            provider: virtualbox
            machines:
              one: { box: $BOX, memory: 96MiB, boot_timeout: 10m }

            """
        try await TemporaryDirectory.with { directory in
            try await VirtualBoxHome.with(in: directory, networks: .own) { box in
                async let first: Void = Self.upAndDown(envfile, box)
                async let second: Void = Self.upAndDown(envfile, box)
                _ = try await (first, second)
            }
        }
    }

    private static func upAndDown(_ envfile: String, _ box: VirtualBoxHome) async throws {
        try await AcceptanceProject.with(envfile, home: .virtualBox, virtualBox: box) { project in
            try await project.expect("up", timeout: patience)
            #expect(try await project.expect("status").text.contains("running"))
        }
    }

    private static func with(
        _ envfile: String, files: [String: String] = [:],
        _ body: @escaping @Sendable (AcceptanceProject, VirtualBoxHome) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            try await VirtualBoxHome.with(in: directory, networks: .own) { box in
                try await AcceptanceProject.with(envfile, files: files, home: .virtualBox, virtualBox: box) {
                    try await body($0, box)
                }
            }
        }
    }

    /// What the only machine's property says that its Envfile sets after each start.
    private func property(_ box: VirtualBoxHome) async throws -> String {
        try await box.run("guestproperty", "get", try await machine(in: box), "/devenv/test")
    }

    private func setProperty(to value: String, _ box: VirtualBoxHome) async throws {
        try await box.run("guestproperty", "set", try await machine(in: box), "/devenv/test", value)
    }

    /// The machine that is no master of others.
    private func machine(in box: VirtualBoxHome) async throws -> String {
        let machines = try await box.run("list", "vms").split(separator: "\n").filter { $0.hasPrefix("\"life-one-") }
        return String(try #require(machines.first).split(separator: "{")[1].dropLast())
    }

    private func said(_ command: String, in project: AcceptanceProject) async throws -> String {
        try await project.expect("ssh", "-c", command, timeout: Self.patience).text
    }
}
