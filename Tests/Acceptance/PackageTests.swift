import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Boxes made of machines, and machines made from these boxes.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "ip", "nft", "ssh", "nsenter", "tar"))
struct PackageTests {
    static let mark = """
        provision: [{ name: mark, shell: "echo kept > /srv/mark; touch /srv/owned; chown dev: /srv/owned; \
        echo 0123456789abcdef0123456789abcdef > /etc/machine-id; echo typed > /root/.bash_history" }]
        """

    @Test func machinesFromThePackageOfAContainerAreMachinesOfTheirOwn() async throws {
        let envfile = """
            version: 1
            name: pack
            provider: container
            machines:
              one: { box: $BOX, \(Self.mark), sync: [{ source: app, target: /srv/app }] }
              first: { box: packed/container, autostart: false }
              second: { box: packed/json, autostart: false }

            """
        try await AcceptanceProject.with(envfile, files: ["app/main.c": "synced\n"]) { project in
            try await Self.packages(project, "one", as: "packed/container")
            // a box of a snapshot is like one of the machine then, whatever that does now
            try await project.expect("snapshot", "save", "clean", "one")
            try await project.expect("up", "one")
            try await project.expect("ssh", "one", "-c", "sudo rm /srv/mark")
            let json = try await project.expect(
                "box", "package", "one", "--snapshot", "clean", "--as", "packed/json", "--box-version", "1.0", "--json",
                timeout: .seconds(300))
            let lines = json.text.split(separator: "\n")
            #expect(!lines.contains { $0.contains("is now also the box") }, "\(json.text)")
            #expect(lines.last?.contains("\"event\":\"result\"") == true, "\(json.text)")
            #expect(lines.last?.contains("\"name\":\"packed/json\"") == true, "\(json.text)")
            #expect(try await project.expect("status", "one").text.contains("running"))
            try await project.expect("up", "first", "second")
            try await Self.expectOwn(project, kept: "kept\ndev\n", command: "cat /srv/mark; stat -c %U /srv/owned")
            let left = try await project.expect(
                "ssh", "first", "-c", "sudo find /srv/app /var/log -type f -name '*.c'; sudo ls -a /root")
            #expect(!left.text.contains("main.c") && !left.text.contains(".bash_history"), "\(left.text)")
            // capabilities of files came along
            try await project.expect("ssh", "first", "-c", "ping -c 1 -w 10 127.0.0.1 >&2")
            // and the machine is as it was
            try await project.expect("up", "one")
            let own = try await project.expect("ssh", "one", "-c", "cat /srv/app/main.c /etc/machine-id; hostname")
            #expect(own.text == "synced\n0123456789abcdef0123456789abcdef\none\n")
            try await project.expect("destroy", "-f")
            try await project.expect("box", "remove", "packed/container", "packed/json")
        }
    }

    /// Packages a machine: not while it runs, unless that is asked for.
    static func packages(_ project: AcceptanceProject, _ machine: String, as name: String) async throws {
        try await project.expect("up", machine, timeout: .seconds(240))
        let refused = try await project.expect("box", "package", machine, "--as", name, status: 1)
        #expect(refused.transcript.contains("run 'devenv halt \(machine)' first, or add --stop"))
        let packaged = try await project.expect(
            "box", "package", machine, "--as", name, "--box-version", "1.0", "--stop", timeout: .seconds(300))
        #expect(packaged.transcript.contains("is now also the box \(name) 1.0"), "\(packaged.transcript)")
        #expect(try await project.expect("status", machine).text.contains("stopped"))
        let taken = try await project.expect("box", "package", machine, "--as", name, "--box-version", "1.0", status: 1)
        #expect(taken.transcript.contains("--force"), "\(taken.transcript)")
        try await project.expect("box", "verify", name)
    }

    /// Requires that the machines `first` and `second` have what was kept, and keys and ids of their own.
    static func expectOwn(_ project: AcceptanceProject, kept: String, command: String) async throws {
        var keys: Set<String> = []
        for machine in ["first", "second"] {
            let answer = try await project.expect("ssh", machine, "-c", command)
            #expect(answer.text == kept, "\(answer.transcript)")
            let own = try await project.expect(
                "ssh", machine, "-c", "cat /etc/ssh/ssh_host_ed25519_key.pub; cat /etc/machine-id; hostname")
            #expect(!own.text.contains("0123456789abcdef0123456789abcdef"), "\(own.text)")
            #expect(own.text.hasSuffix("\(machine)\n"))
            keys.insert(own.text.split(separator: "\n").first.map(String.init) ?? "")
            let let_in = try await project.expect(
                "ssh", machine, "-c", "sudo cat /root/.ssh/authorized_keys ~/.ssh/authorized_keys 2>/dev/null; true")
            let old = try HostFiles.read(project.directory.appending(".devenv/machines/one/id_ed25519.pub"))
            let key = String(decoding: try #require(old), as: UTF8.self).split(separator: " ")
            #expect(let_in.text.contains(" devenv-"), "\(let_in.transcript)")
            #expect(key.count > 1 && !let_in.text.contains(key[1]), "\(let_in.text)")
        }
        #expect(keys.count == 2 && !keys.contains(""))
    }
}

/// The same of virtual machines.
@Suite(
    .tags(.large), .requiresRoot, .requiresLibvirt,
    .requires(tool: "virsh", "qemu-img", "xorriso", "ip", "ssh", "debugfs", "e2fsck", "tune2fs", "sfdisk"))
struct VirtualPackageTests {
    @Test func machinesFromThePackageOfAVirtualMachineAreMachinesOfTheirOwn() async throws {
        let envfile = try await VirtualMachine.envfile(
            "vpack",
            """
              one: { \(PackageTests.mark), sync: [{ source: app, target: /srv/app }] }
              first: { box: packed/disk, autostart: false }
              second: { box: packed/disk, autostart: false }
            """)
        try await AcceptanceProject.with(envfile, files: ["app/main.c": "synced\n"], home: .virtual) { project in
            try await PackageTests.packages(project, "one", as: "packed/disk")
            try await project.expect("up", "first", "second", timeout: .seconds(240))
            try await PackageTests.expectOwn(
                project, kept: "kept\ndev\n", command: "cat /srv/mark; stat -c %U /srv/owned")
            let left = try await project.expect("ssh", "first", "-c", "sudo find /srv/app /root")
            #expect(!left.text.contains("main.c") && !left.text.contains(".bash_history"), "\(left.text)")
            try await project.expect("up", "one")
            let own = try await project.expect("ssh", "one", "-c", "cat /srv/app/main.c /etc/machine-id; hostname")
            #expect(own.text == "synced\n0123456789abcdef0123456789abcdef\none\n")
            try await project.expect("destroy", "-f")
            try await project.expect("box", "remove", "packed/disk")
        }
    }

    /// What the Envfile gives it beside its box's own disk stays with it.
    @Test func disksThatTheEnvfileAddsStayOutOfTheBox() async throws {
        let envfile = try await VirtualMachine.envfile(
            "vpackdisks",
            """
              one: { libvirt: { disks: [{ size: 16MiB, name: data }, { size: 16MiB, name: more }] } }
              first: { box: packed/disks, autostart: false }
            """)
        try await AcceptanceProject.with(envfile, home: .virtual) { project in
            try await project.expect("up", timeout: .seconds(240))
            try await project.expect(
                "ssh", "one", "-c", "echo kept | sudo tee /srv/mark /dev/vdb /dev/vdc >/dev/null; sync")
            let packaged = try await project.expect("box", "package", "one", "--as", "packed/disks", "--stop")
            #expect(packaged.transcript.contains("left out of the box: the disks beside those of its own box (2)"))
            let boxes = try await project.expect("box", "list").text.split(separator: "\n")
            #expect(boxes.contains { $0.hasPrefix("packed/disks ") && $0.contains(" 1 GiB ") }, "\(boxes)")
            try await project.expect("up", "first", "one", timeout: .seconds(240))
            let new = try await project.expect("ssh", "first", "-c", "cat /srv/mark; ls /sys/block | grep -c vd")
            #expect(new.text == "kept\n2\n", "its own disk and the seed: \(new.transcript)")
            let old = try await project.expect("ssh", "one", "-c", "sudo head -qc 5 /dev/vdb /dev/vdc")
            #expect(old.text == "kept\nkept\n")
            try await project.expect("destroy", "-f")
            try await project.expect("box", "remove", "packed/disks")
        }
    }

    /// The key that everybody knows opens the box again, and no machine from it after its first login.
    @Test func machinesFromThePackageOfAVagrantBoxAreTakenOverInTheirTurn() async throws {
        try await VagrantBox.add(as: "test/vagrant-two-disks", disks: 2)
        let envfile = try await VirtualMachine.envfile(
            "vpackknown",
            """
              one: { box: test/vagrant-two-disks, \(PackageTests.mark.replacing("chown dev:", with: "chown vagrant:")) }
              first: { box: packed/vagrant, autostart: false }
              second: { box: packed/vagrant, autostart: false }
            """)
        try await AcceptanceProject.with(envfile, home: .virtual) { project in
            try await project.expect("up", timeout: .seconds(240))
            try await project.expect("ssh", "one", "-c", "echo second | sudo tee /dev/vdb >/dev/null; sync")
            try await project.expect("box", "package", "one", "--as", "packed/vagrant", "--stop")
            #expect(try await project.expect("status", "one").text.contains("stopped"))
            try await project.expect("box", "verify", "packed/vagrant")
            try await project.expect("up", "first", "second", timeout: .seconds(240))
            try await PackageTests.expectOwn(
                project, kept: "kept\nvagrant\nsecond",
                command: "cat /srv/mark; stat -c %U /srv/owned; sudo head -c 6 /dev/vdb")
            for machine in ["first", "second"] {
                let keys = try await project.expect("ssh", machine, "-c", "cat .ssh/authorized_keys")
                #expect(!keys.text.contains(VagrantBox.publicKey), "\(keys.text)")
            }
            try await project.expect("up", "one")
            try await project.expect("destroy", "-f")
            try await project.expect("box", "remove", "packed/vagrant")
        }
    }
}
