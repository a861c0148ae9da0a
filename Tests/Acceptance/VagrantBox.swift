import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// A box as people make them with Vagrant: from a machine that was set up and then packed.
enum VagrantBox {
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

    private static let vagrantfile = """
        raise 'this is a program'
        Vagrant.configure("2") do |config|
          config.vm.provider :libvirt do |domain|
            domain.memory = 320
            domain.cpus = 2
          end
        end
        """

    /// Adds one, whose disks after the first are empty, to the boxes of `AcceptanceHome.virtual`.
    static func add(as name: String, disks: Int = 1) async throws {
        try await TemporaryDirectory.with { directory in
            try await pack(in: directory, further: (1..<disks).map { "disk-\($0).img" })
            let home = try await AcceptanceHome.virtual.binary()
            let added = try await home.run(
                ["box", "add", "vagrant.box", "--name", name, "--force"], in: directory.path)
            #expect(added.status == 0, "\(added.transcript)")
        }
    }

    /// Leaves `vagrant.box` in the directory.
    private static func pack(in directory: TemporaryDirectory, further: [String]) async throws {
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
        for disk in further { try await run("qemu-img", ["create", "-q", "-f", "qcow2", disk, "16M"], in: directory) }
        let disks = (["box.img"] + further).map { #"{"path": "\#($0)"}"# }.joined(separator: ", ")
        let several = further.isEmpty ? #""virtual_size": 1"# : #""disks": [\#(disks)]"#
        try directory.write(#"{"provider": "libvirt", "format": "qcow2", \#(several)}"#, to: "metadata.json")
        try directory.write(vagrantfile, to: "Vagrantfile")
        try await run(
            "tar", ["-czf", "vagrant.box", "metadata.json", "Vagrantfile", "box.img"] + further, in: directory)
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
