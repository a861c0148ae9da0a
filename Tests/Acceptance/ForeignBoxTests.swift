import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Virtual machines from boxes that others have made, in which nothing is devenv's.
@Suite(
    .tags(.large), .serialized, .requiresRoot, .requiresLibvirt,
    .requires(tool: "mmdebstrap", "virsh", "qemu-img", "xorriso", "ip", "ssh", "tar"))
struct ForeignBoxTests {
    @Test func aBoxOfVagrantIsTakenOverAtItsFirstLogin() async throws {
        try await TemporaryDirectory.with { directory in
            try await VagrantBox.pack(in: directory)
            let home = try await AcceptanceHome.virtual.binary()
            let added = try await home.run(["box", "add", "vagrant.box", "--name", "test/vagrant"], in: directory.path)
            #expect(added.status == 0, "\(added.transcript)")
        }
        let envfile = try await VirtualMachine.envfile(
            "taken", "  one: { box: test/vagrant, provision: [{ shell: hostname > /srv/name }] }")
        try await AcceptanceProject.with(envfile, home: .virtual) { project in
            try await project.expect("up")
            try await Self.expectTakenOver(project)
            try await project.expect("halt")
            try await project.expect("up")
            try await Self.expectTakenOver(project)
        }
    }

    private static func expectTakenOver(_ project: AcceptanceProject) async throws {
        let keys = try await project.expect("ssh", "-c", "cat .ssh/authorized_keys; ls /etc/ssh/*_key")
        #expect(!keys.text.contains(VagrantBox.publicKey))
        #expect(keys.text.split(separator: "\n").count == 2, "\(keys.text)")
        let said = try await project.expect("ssh", "-c", "id -un; cat /srv/name /etc/hostname; hostname")
        #expect(said.text == "vagrant\none\none\none\n")
        try await project.expect("plan")
    }
}

/// A box as people make them with Vagrant: from a machine that was set up and then packed.
private enum VagrantBox {
    /// The key that Vagrant publishes (keys/vagrant.pub in its sources).
    static let publicKey = """
        AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzI\
        w+niNltGEFHzD8+v1I2YJ6oXevct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D8HfdOV0IAdx4\
        O7PtixWKn5y2hMNG0zQPyUecp4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd0jMZEnDkbUvxhMmBYSdETk1rRgm+R4LOzFUGaH\
        qHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHlnVYCzRdK8jlqm8tehUc9c9WhQ==
        """

    /// The machine forgets devenv and gets Vagrant's user; its host key stays, as those in many boxes do.
    private static let setup = """
        set -eu
        echo 'vagrant:x:1001:1001::/home/vagrant:/bin/sh' >>/etc/passwd
        echo 'vagrant:x:1001:' >>/etc/group
        echo 'vagrant:*:19000:0:99999:7:::' >>/etc/shadow
        mkdir -p -m 700 /home/vagrant/.ssh
        echo 'ssh-rsa \(publicKey) vagrant insecure public key' >/home/vagrant/.ssh/authorized_keys
        chmod 600 /home/vagrant/.ssh/authorized_keys
        chown -R 1001:1001 /home/vagrant
        echo 'UsePAM no' >/etc/ssh/sshd_config
        rm -r /usr/lib/devenv/firstboot /root/.ssh /home/dev/.ssh
        echo box >/etc/hostname
        sync
        """

    /// Leaves `vagrant.box` in the directory.
    static func pack(in directory: TemporaryDirectory) async throws {
        let envfile = try await VirtualMachine.envfile("maker", "  one: { provision: [{ shell: { path: setup.sh } }] }")
        try await AcceptanceProject.with(envfile, files: ["setup.sh": setup], home: .virtual) { project in
            try await project.expect("up")
            try await project.expect("halt")
            let volumes = try await run(
                "virsh", ["--quiet", "--connect", LibvirtDaemon.system, "vol-list", "--pool", "devenv"], in: directory)
            let marks = try project.marks()
            let disk = volumes.split(separator: "\n").filter { $0.contains(".qcow2") }.first { line in
                marks.contains { line.contains($0) }
            }
            let path = String(try #require(disk?.split(separator: " ").last))
            try await run("qemu-img", ["convert", "-O", "qcow2", path, "box.img"], in: directory)
        }
        try directory.write(#"{"provider": "libvirt", "format": "qcow2", "virtual_size": 1}"#, to: "metadata.json")
        try directory.write("Vagrant.configure(\"2\") { raise 'this is a program' }\n", to: "Vagrantfile")
        try await run("tar", ["-czf", "vagrant.box", "metadata.json", "Vagrantfile", "box.img"], in: directory)
    }

    @discardableResult
    private static func run(_ tool: String, _ arguments: [String], in directory: TemporaryDirectory) async throws
        -> String
    {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments, directory: directory.path))
        #expect(outcome.status == 0, "\(tool) \(arguments): \(outcome.complaint)")
        return outcome.text
    }
}
