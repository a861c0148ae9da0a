import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import DevenvBoxes

/// Taking out of a machine's files what is its own: of a tree, and of a file system within a file.
@Suite(.requiresRoot, .requires(tool: "mke2fs", "debugfs", "e2fsck", "tune2fs", "dumpe2fs", "sfdisk", "ssh-keygen"))
struct IdentityRemovalTests {
    /// What the files are in.
    enum Place: String, CaseIterable, Sendable {
        case tree
        case disk
    }

    @Test(arguments: Place.allCases)
    func whatIsTheMachinesOwnGoesAndTheRestStays(_ place: Place) async throws {
        try await with(place) { machine in
            _ = try await machine.remove(leftOut: ["/srv/app"])
            for path in [
                "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_ed25519_key.pub", "/home/dev/.ssh/authorized_keys",
                "/root/.ssh/authorized_keys", "/home/dev/.bash_history", "/var/log/journal/0123", "/var/log/auth.log",
                "/var/log/db/with a blank.log", "/var/lib/cloud/instance", "/tmp/deep", "/srv/app/main.c",
                "/var/lib/dbus/machine-id", "/home/dev/.ssh/known_hosts",
            ] {
                #expect(try await !machine.exists(path), "\(path)")
            }
            for (path, text) in [
                ("/etc/machine-id", ""), ("/etc/hostname", "localhost\n"), ("/etc/hosts", "127.0.0.1 localhost\n"),
                ("/srv/data", "kept\n"), ("/home/dev/.ssh/id_ed25519", "own\n"),
                ("/var/lib/cloud/seed/meta-data", "x\n"),
            ] {
                #expect(try await machine.text(path) == text, "\(path)")
            }
            #expect(try await machine.exists("/var/log/db"))
            #expect(try await machine.owner("/etc/hosts") == GuestOwner(user: 3, group: 4, mode: 0o640))
        }
    }

    /// As cloud-init leaves them in a machine of Debian: it begins anew only where all of it is gone.
    @Test(arguments: Place.allCases)
    func whatCloudInitWroteForTheMachineGoes(_ place: Place) async throws {
        let written = [
            "etc/netplan/50-cloud-init.yaml", "etc/network/interfaces.d/50-cloud-init",
            "etc/systemd/network/10-cloud-init-eth0.network", "var/lib/cloud/data/instance-id",
            "var/lib/cloud/instances/i-1/sem/config_ssh", "var/lib/cloud/instances/i-1/user-data.txt",
            "var/lib/cloud/sem/config_scripts_per_once.once", "var/log/cloud-init.log",
        ]
        let kept = ["etc/cloud/cloud.cfg.d/90_dpkg.cfg", "var/lib/cloud/seed/meta-data", "etc/netplan/01-own.yaml"]
        try await with(
            place,
            change: { root in
                for name in written + kept {
                    let path = root.pushing(FilePath(name))
                    try HostFiles.makeDirectory(path.removingLastComponent())
                    try AtomicFile.write(Array("x\n".utf8), to: path, durable: false)
                }
                try HostFiles.remove(root.appending("var/lib/cloud/instance"))
                #expect(symlink("/var/lib/cloud/instances/i-1", root.appending("var/lib/cloud/instance").string) == 0)
            }
        ) { machine in
            _ = try await machine.remove()
            for name in written + ["var/lib/cloud/instance", "var/lib/cloud/instances"] {
                #expect(try await !machine.exists("/" + name), "\(name)")
            }
            for name in kept { #expect(try await machine.text("/" + name) == "x\n", "\(name)") }
        }
    }

    @Test(arguments: Place.allCases)
    func privateKeysOfUsersAreTold(_ place: Place) async throws {
        try await with(place) { machine in
            let result = try await machine.remove()
            #expect(result.privateKeys == ["/home/dev/.ssh/id_ed25519"])
            #expect(result.secrets.count == 1)
        }
    }

    @Test(arguments: Place.allCases)
    func aLinkInThePlaceOfAKeyIsRefused(_ place: Place) async throws {
        try await with(
            place,
            change: { root in
                try HostFiles.rename(
                    root.appending("etc/ssh/ssh_host_ed25519_key"), to: root.appending("srv/elsewhere"))
                #expect(symlink("/srv/elsewhere", root.appending("etc/ssh/ssh_host_ed25519_key").string) == 0)
            }
        ) { machine in
            await #expect(throws: BoxError.self) { _ = try await machine.remove() }
        }
    }

    /// Its links mean what they mean inside.
    @Test(arguments: Place.allCases)
    func aLinkedDirectoryIsFollowedInsideOnly(_ place: Place) async throws {
        let outside = FilePath("/tmp/devenv-outside-\(getpid())-\(place)")
        defer { try? HostFiles.remove(outside) }  // nobody else has it
        try HostFiles.makeDirectory(outside)
        try AtomicFile.write(Array("host\n".utf8), to: outside.appending("kept.log"), durable: false)
        try await with(
            place,
            change: { root in
                try HostFiles.rename(root.appending("var/log"), to: root.appending("srv/log"))
                #expect(symlink("../../../../srv/log", root.appending("var/log").string) == 0)
                try HostFiles.remove(root.appending("tmp"))
                #expect(symlink(outside.string, root.appending("tmp").string) == 0)
            }
        ) { machine in
            _ = try await machine.remove()
            #expect(try await !machine.exists("/srv/log/auth.log"))
        }
        #expect(HostFiles.exists(outside.appending("kept.log")))
    }

    @Test func nothingOfAKeyIsLeftOnTheDisk() async throws {
        try await with(.disk) { machine in
            let key = try await machine.text("/etc/ssh/ssh_host_ed25519_key")
            let traces = DiskCleaning.traces(of: Array(key.utf8))
            #expect(!traces.isEmpty)
            let disk = RawDisk(path: machine.disk)
            #expect(try await disk.holds(traces))
            _ = try await machine.clean()
            #expect(try await !disk.holds(traces))
            #expect(try await !disk.holds([Array("what was typed".utf8)]))
            #expect(try await !disk.holds([Array("paged out".utf8)]))
            #expect(try await disk.holds([Array("SWAPSPACE2".utf8)]))
        }
    }

    @Test func aCopyOfAKeyElsewhereIsRefused() async throws {
        try await with(
            .disk,
            change: { root in
                let key = try HostFiles.read(root.appending("etc/ssh/ssh_host_ed25519_key")) ?? []
                try AtomicFile.write(key, to: root.appending("srv/backup"), durable: false)
            }
        ) { machine in
            let error = await #expect(throws: BoxError.self) { _ = try await machine.clean() }
            #expect(error?.message.contains("one of its host keys is still somewhere") == true)
        }
    }

    @Test(arguments: [("etc/passwd", "no file system ext2"), ("etc/fstab", "'/home' on a file system of its own")])
    func aDiskThatCannotBeLookedIntoIsRefused(_ file: String, _ reason: String) async throws {
        try await with(
            .disk,
            change: { root in
                if file == "etc/passwd" { return try HostFiles.remove(root.appending(file)) }
                try AtomicFile.write(
                    Array("LABEL=home /home xfs rw 0 0\n".utf8), to: root.appending(file), durable: false)
            }
        ) { machine in
            let error = await #expect(throws: BoxError.self) { _ = try await machine.clean() }
            #expect(error?.message.contains(reason) == true, "\(error?.description ?? "")")
            #expect(error?.help?.contains("--keep-identity") == true)
        }
    }

    @Test func aKnownKeyIsLetInAgainAndHostKeysAreNew() async throws {
        try await with(.disk) { machine in
            let old = try await machine.text("/etc/ssh/ssh_host_ed25519_key")
            let files = KnownKeyFiles(
                key: .vagrant, user: "dev", runner: SystemToolRunner(), scratch: machine.scratch, attempt: "packaging")
            let cleaning = DiskCleaning(runner: SystemToolRunner(), scratch: machine.scratch, attempt: "packaging")
            _ = try await cleaning.clean([machine.disk]) { tree throws(BoxError) in
                var removal = IdentityRemoval(leftOut: [], attempt: "packaging")
                removal.fixed = try await files.files(for: tree)
                return removal
            }
            #expect(
                try await machine.text("/home/dev/.ssh/authorized_keys").hasPrefix("ssh-rsa AAAAB3NzaC1yc2EAAAABIwAA"))
            #expect(try await machine.owner("/home/dev/.ssh/authorized_keys")?.mode == 0o600)
            let new = try await machine.text("/etc/ssh/ssh_host_ed25519_key")
            #expect(new != old && new.hasPrefix("-----BEGIN OPENSSH PRIVATE KEY-----"))
            #expect(try await machine.owner("/etc/ssh/ssh_host_ed25519_key")?.mode == 0o600)
            #expect(try await !machine.exists("/root/.ssh/authorized_keys"))
        }
    }

    @Test func aKnownKeyOfAUserWhoIsNotThereIsRefused() async throws {
        try await with(.tree) { machine in
            let files = KnownKeyFiles(
                key: .vagrant, user: "vagrant", runner: SystemToolRunner(), scratch: machine.scratch,
                attempt: "packaging")
            await #expect(throws: BoxError.self) { _ = try await files.files(for: machine.tree) }
        }
    }

    @Test func aDiskWithoutAPartitionTableIsCleanedToo() async throws {
        try await with(.disk, isPartitioned: false) { machine in
            _ = try await machine.clean()
            #expect(try await !machine.exists("/etc/ssh/ssh_host_ed25519_key"))
            #expect(try await machine.text("/srv/data") == "kept\n")
        }
    }
}

// The machine.
extension IdentityRemovalTests {
    /// A machine's files, in a tree or on a disk.
    private struct Machine {
        let place: Place
        let tree: any GuestTree
        let disk: FilePath
        let scratch: FilePath

        func remove(leftOut: [String] = []) async throws -> IdentityRemoval.Result {
            let removal = IdentityRemoval(leftOut: leftOut, attempt: "packaging")
            return try await removal.apply(to: tree)
        }

        func clean() async throws -> IdentityRemoval.Result {
            let cleaning = DiskCleaning(runner: SystemToolRunner(), scratch: scratch, attempt: "packaging")
            return try await cleaning.clean([disk]) { _ throws(BoxError) in
                IdentityRemoval(leftOut: [], attempt: "packaging")
            }
        }

        func exists(_ path: String) async throws -> Bool { try await entry(path) != nil }
        func owner(_ path: String) async throws -> GuestOwner? { try await entry(path)?.owner }
        func text(_ path: String) async throws -> String { String(decoding: try await tree.read(path), as: UTF8.self) }

        private func entry(_ path: String) async throws -> GuestEntry? {
            let place = GuestPlace(path)
            return try await tree.list([place.directory])[place.directory]?.first { $0.name == place.name }
        }
    }

    private func with(
        _ place: Place, isPartitioned: Bool = true, change: (FilePath) throws -> Void = { _ in },
        _ body: (Machine) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            let root = directory.path.appending("root")
            try await fill(directory)
            try change(root)
            let disk = directory.path.appending("disk.raw")
            let scratch = directory.path.appending("scratch")
            try HostFiles.makeDirectory(scratch)
            var tree: any GuestTree = DirectoryTree(root: root)
            if place == .disk {
                let offset: Int64 = isPartitioned ? 1 << 20 : 0
                try await makeDisk(disk, of: root, offset: offset, isPartitioned)
                tree = ExtFileSystem(
                    disk, offset: offset, runner: SystemToolRunner(), scratch: scratch, attempt: "packaging")
            }
            try await body(Machine(place: place, tree: tree, disk: disk, scratch: scratch))
        }
    }

    private func fill(_ directory: TemporaryDirectory) async throws {
        let root = directory.path.appending("root")
        for (path, text) in [
            ("etc/passwd", "root:x:0:0::/root:/bin/sh\ndev:x:1000:1000::/home/dev:/bin/sh\n"),
            ("etc/machine-id", "0123456789abcdef0123456789abcdef\n"), ("etc/hostname", "web\n"),
            ("etc/hosts", "127.0.0.1 localhost\n# devenv: the project's machines\n10.0.0.2 web\n# devenv: end\n"),
            ("home/dev/.ssh/authorized_keys", "ssh-ed25519 AAAA\n"), ("home/dev/.ssh/id_ed25519", "own\n"),
            ("home/dev/.ssh/known_hosts", "x\n"), ("root/.ssh/authorized_keys", "ssh-ed25519 AAAA\n"),
            ("home/dev/.bash_history", "what was typed\n"), ("var/log/journal/0123/system.journal", "log\n"),
            ("var/log/auth.log", "log\n"), ("var/log/db/with a blank.log", "log\n"),
            ("var/lib/cloud/instance/id", "i\n"), ("var/lib/cloud/seed/meta-data", "x\n"),
            ("var/lib/dbus/machine-id", "0123\n"), ("tmp/deep/er/file", "x\n"), ("srv/app/main.c", "synced\n"),
            ("srv/data", "kept\n"), ("etc/ssh/sshd_config", "\n"),
        ] {
            try directory.write(text, to: "root/\(path)")
        }
        #expect(chown(root.appending("etc/hosts").string, 3, 4) == 0)
        #expect(chmod(root.appending("etc/hosts").string, 0o640) == 0)
        let key = root.appending("etc/ssh/ssh_host_ed25519_key").string
        try await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "web", "-f", key])
    }

    private func makeDisk(_ disk: FilePath, of root: FilePath, offset: Int64, _ isPartitioned: Bool) async throws {
        try await run("truncate", ["--size=64M", disk.string])
        if isPartitioned {
            let table = "label: gpt\nstart=2048, size=81920\nstart=83968, size=2048\n"
            try await run("sfdisk", ["--quiet", "--no-reread", disk.string], input: table)
        }
        try await run(
            "mke2fs", ["-q", "-F", "-t", "ext4", "-E", "offset=\(offset)", "-d", root.string, disk.string, "40960k"])
        let file = try FileDescriptor.open(disk, .writeOnly)
        try file.closeAfter {
            guard isPartitioned else { return }
            try file.writeAll(toAbsoluteOffset: 83968 * 512 + 4086, "SWAPSPACE2".utf8)
            try file.writeAll(toAbsoluteOffset: 83968 * 512 + 8192, "paged out".utf8)
        }
    }

    private func run(_ tool: String, _ arguments: [String], input: String = "") async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments, input: Array(input.utf8)))
        #expect(outcome.status == 0, "\(tool): \(outcome.complaint)")
    }
}
