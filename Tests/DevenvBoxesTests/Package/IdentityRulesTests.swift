import DevenvHost
import SystemPackage
import Testing

@testable import DevenvBoxes

/// What of a machine's files is its own.
@Suite struct IdentityRulesTests {
    @Test(arguments: [
        ("/etc/ssh", "ssh_host_ed25519_key", true), ("/etc/ssh", "ssh_host_rsa_key.pub", true),
        ("/etc/ssh", "sshd_config", false), ("/etc/ssh", "moduli", false),
        ("/etc/dropbear", "dropbear_rsa_host_key", true),
        ("/var/lib/dbus", "machine-id", true), ("/var/lib/systemd", "random-seed", true),
        ("/var/lib/systemd", "deb-systemd-helper-enabled", false), ("/etc/netplan", "50-cloud-init.yaml", true),
        ("/etc/netplan", "01-own.yaml", false), ("/home/dev", ".bash_history", true), ("/home/dev", ".bashrc", false),
        ("/home/dev", ".psql_history", true), ("/home/dev/.ssh", "authorized_keys", true),
        ("/home/dev/.ssh", "authorized_keys2", true), ("/home/dev/.ssh", "config", false),
        ("/home/dev/.ssh", "id_ed25519", false), ("/home/dev", "history", false),
    ])
    func aFileIsTheMachinesOwnOrNot(_ directory: String, _ name: String, _ isOwn: Bool) {
        let rules = IdentityRules.files + IdentityRules.files(home: "/home/dev")
        #expect(rules.contains { $0.directory == directory && $0.matches(name) } == isOwn)
    }

    @Test func homesAreThoseOfThePasswordsAndThoseThatAreThere() {
        let passwords = """
            root:x:0:0:root:/root:/bin/sh
            dev:x:1000:1000::/home/dev/:/bin/bash
            nobody:x:65534:65534::/:/bin/false
            odd:x:1:1
            db:x:5:5::/var/lib/db:/bin/sh

            """
        #expect(
            IdentityRules.homes(passwords: Array(passwords.utf8), others: ["gone"])
                == ["/home/dev", "/home/gone", "/root", "/var/lib/db"])
    }

    @Test func theBlockOfHostsGoesAndTheRestStays() {
        let text = "127.0.0.1 localhost\n# devenv: the project's machines\n10.0.0.2 web\n# devenv: end\n10.9.9.9 own\n"
        #expect(IdentityText.hosts(Array(text.utf8)) == Array("127.0.0.1 localhost\n10.9.9.9 own\n".utf8))
        let torn = "127.0.0.1 localhost\n# devenv: the project's machines\n10.0.0.2 web"
        #expect(IdentityText.hosts(Array(torn.utf8)) == Array("127.0.0.1 localhost".utf8))
    }

    @Test func onlyDevenvsOwnResolverFileIsEmptied() {
        #expect(IdentityText.resolver(Array("# written by devenv at each start\nnameserver 9.9.9.9\n".utf8)) == [])
        #expect(IdentityText.resolver(Array("nameserver 9.9.9.9\n".utf8)) == Array("nameserver 9.9.9.9\n".utf8))
    }

    @Test(arguments: [
        ("UUID=1 / ext4 defaults 0 1\n", []), ("UUID=2 /home xfs defaults 0 2\n", ["/home"]),
        ("# /dev/sda2 /var ext4\ntmpfs /tmp tmpfs defaults 0 0\nUUID=3 none swap sw 0 0\n", []),
        ("/dev/vdb /var/log ext4 defaults\n/dev/vdc /srv ext4 defaults\n", ["/var/log"]),
        ("/dev/vdb /variant ext4 defaults\n", []),
    ])
    func fileSystemsThatHoldPartsOfTheSystemAreSeen(_ table: String, _ expected: [String]) {
        #expect(DiskCleaning.mounts(table: table) == expected)
    }

    @Test func whatTheToolsSayIsRead() {
        #expect(DiskCleaning.journal("Journal inode:   8\nTotal journal size:       65536k\n") == 64)
        #expect(DiskCleaning.journal("Journal size:             16M\n") == 16)
        #expect(DiskCleaning.journal("Journal inode:            8\n") == nil)
        #expect(
            ExtFileSystem.entry("/13/100640/5/6/a b.log/12/")
                == GuestEntry(name: "a b.log", kind: .file, owner: GuestOwner(user: 5, group: 6, mode: 0o640)))
        #expect(ExtFileSystem.entry("/16/040755/0/0/..//")?.kind == .directory)
        #expect(ExtFileSystem.entry("a/b") == nil)
        let listing = #"{"partitiontable":{"label":"gpt","sectorsize":512,"partitions":[{"start":2048,"size":8}]}}"#
        #expect(RawDisk.parts(listing: Array(listing.utf8)) == [RawDisk.Part(offset: 1 << 20, length: 4096)])
        #expect(RawDisk.parts(listing: Array("none".utf8)) == nil)
    }

    @Test func commandsNameTheDiskAndWhereTheFileSystemBegins() {
        let device = ExtTools.device("/s/disk.raw", offset: 1 << 20)
        #expect(ExtTools.discard(device).arguments == ["-f", "-y", "-E", "discard", "/s/disk.raw?offset=1048576"])
        #expect(
            ExtTools.commands("/s/c", device, isWriting: true).arguments
                == ["-w", "-f", "/s/c", "/s/disk.raw?offset=1048576"])
        let part = RawDisk.Part(offset: 1 << 20, length: 1 << 30)
        #expect(
            ExtTools.extract(part, of: "/s/disk", to: "/s/root").arguments
                == [
                    "if=/s/disk", "of=/s/root", "bs=1M", "status=none", "iflag=skip_bytes,count_bytes", "skip=1048576",
                    "count=1073741824", "conv=sparse",
                ])
        #expect(
            ExtTools.putBack("/s/root", to: part, in: "/s/disk").arguments
                == [
                    "if=/s/root", "of=/s/disk", "bs=1M", "status=none", "oflag=seek_bytes", "seek=1048576",
                    "conv=notrunc,sparse",
                ])
        #expect(ExtTools.removeJournal(device).arguments == ["-O", "^has_journal", device])
    }
}
