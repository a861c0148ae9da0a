import DevenvHost
import DevenvTestSupport
import Testing

/// A box made of a machine of VirtualBox, and a machine made from it.
@Suite(
    .tags(.large), .requiresVirtualBox,
    .requires(tool: "mmdebstrap", "qemu-img", "as", "ld", "ssh", "ssh-keygen", "tar", "debugfs", "sfdisk"))
struct VirtualBoxPackageTests {
    private static let patience = Duration.seconds(900)

    private static let envfile = """
        version: 1
        name: pack
        provider: virtualbox
        defaults: { memory: 96MiB, boot_timeout: 10m }
        machines:
          one: { box: $BOX, provision: [{ shell: "echo kept > /srv/mark; echo typed > /root/.bash_history" }] }
          first: { box: packed/virtualbox, autostart: false }

        """

    @Test func aMachineFromThePackageOfAMachineIsOneOfItsOwn() async throws {
        try await TemporaryDirectory.with { directory in
            try await VirtualBoxHome.with(in: directory) { box in
                try await AcceptanceProject.with(Self.envfile, home: .virtualBox, virtualBox: box) { project in
                    try await project.expect("up", "one", timeout: Self.patience)
                    let name = "packed/virtualbox"
                    let packaged = try await project.expect(
                        "box", "package", "one", "--as", name, "--box-version", "1.0", "--stop", timeout: Self.patience)
                    #expect(packaged.transcript.contains("is now also the box \(name) 1.0"), "\(packaged.transcript)")
                    try await project.expect("box", "verify", name)
                    try await project.expect("destroy", "one", "-f", timeout: Self.patience)
                    try await project.expect("up", "first", timeout: Self.patience)
                    let answer = try await project.expect(
                        "ssh", "first", "-c", "cat /srv/mark; hostname; sudo ls -a /root; cat ~/.ssh/authorized_keys",
                        timeout: Self.patience)
                    #expect(answer.text.hasPrefix("kept\nfirst\n"), "\(answer.transcript)")
                    #expect(!answer.text.contains(".bash_history") && !answer.text.contains("ssh-rsa"))
                    try await project.expect("destroy", "-f", timeout: Self.patience)
                    try await project.expect("box", "remove", name)
                }
                #expect(try await box.content() == [])
            }
        }
    }
}
