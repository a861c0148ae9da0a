import DevenvBoxes
import DevenvHost
import DevenvModel
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Archives that nobody means well with. Nothing of them is left, and nothing lands outside the store's private directory.
@Suite(.requires(tool: "qemu-img", "gzip")) struct HostileArchiveTests {
    /// What an archive has beside a box, or a tree, that would be good without it.
    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let complaint: String
        /// Whether a tree with it is as bad as a box.
        let concernsTrees: Bool
        let add: @Sendable (inout TarWriter) -> Void

        init(
            _ name: String, says complaint: String, concernsTrees: Bool = true,
            _ add: @escaping @Sendable (inout TarWriter) -> Void
        ) {
            (testDescription, self.complaint, self.concernsTrees, self.add) = (name, complaint, concernsTrees, add)
        }
    }

    static let attacks = [
        Attack("a name above", says: "leads out of it") { $0.add("../../../tmp/devenv-stolen", text: "x") },
        Attack("a name above in the middle", says: "leads out") { $0.add("a/../../devenv-stolen", text: "x") },
        Attack("a directory above", says: "leads out of it") { $0.add("../devenv-stolen/", type: "5") },
        Attack("an absolute name", says: "leads out of it") { $0.add("/tmp/devenv-stolen", text: "x") },
        Attack("an absolute name in a pax header", says: "leads out of it") { tar in
            tar.add("PaxHeader", type: "x", content: Array("27 path=/tmp/devenv-stolen\n".utf8))
            tar.add("harmless", text: "x")
        },
        Attack("an absolute long name", says: "leads out of it") { tar in
            tar.add("././@LongLink", type: "L", content: Array("/tmp/devenv-stolen\0".utf8))
            tar.add("harmless", text: "x")
        },
        Attack("a hard link above", says: "leads out of it") { $0.add("l", type: "1", target: "../../../etc/shadow") },
        Attack("a hard link to an absolute name", says: "leads out of it") {
            $0.add("l", type: "1", target: "/etc/shadow")
        },
        Attack("a hard link with a long target", says: "leads out of it") { tar in
            tar.add("././@LongLink", type: "K", content: Array("/etc/shadow\0".utf8))
            tar.add("l", type: "1", target: "harmless")
        },
        Attack("a line break", says: "a line break or another control character") { $0.add("a\nb", text: "x") },
        Attack("an escape sequence", says: "'%1b[2Jx'") { $0.add("\u{1b}[2Jx", text: "x") },
        Attack("a length beyond all disks", says: "longer than 1 TiB") {
            $0.add("large", content: [1, 2, 3], claims: 10 << 40)
        },
        Attack("a symbolic link", says: "a link, which no Vagrant box needs", concernsTrees: false) {
            $0.add("l", type: "2", target: "/etc/shadow")
        },
        Attack("a hard link", says: "a link, which no Vagrant box needs", concernsTrees: false) {
            $0.add("l", type: "1", target: "metadata.json")
        },
        Attack("a device", says: "a device or a pipe", concernsTrees: false) { $0.add("null", type: "3") },
        Attack("a block device", says: "a device or a pipe", concernsTrees: false) { $0.add("sda", type: "4") },
        Attack("a pipe", says: "a device or a pipe", concernsTrees: false) { $0.add("p", type: "6") },
        Attack("two metadata files", says: "'metadata.json' is in it twice", concernsTrees: false) {
            $0.add("./metadata.json", text: #"{"provider": "libvirt", "disks": [{"path": "other.img"}]}"#)
        },
    ]

    @Test(arguments: attacks)
    func aBoxIsRefused(attack: Attack) async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        for isFirst in [true, false] {
            var tar = TarWriter()
            if isFirst { attack.add(&tar) }
            tar.add("metadata.json", text: #"{"provider": "libvirt"}"#)
            tar.add("box.img", content: try HostFiles.read(disk) ?? [])
            if !isFirst { attack.add(&tar) }
            try await Self.expectRefusal(of: tar, attack, fixture)
        }
    }

    @Test(.requiresRoot, arguments: attacks.filter(\.concernsTrees))
    func aTreeIsRefused(attack: Attack) async throws {
        let fixture = try BoxStoreFixture()
        var tar = TarWriter()
        tar.add("etc/", type: "5")
        tar.add("etc/hostname", text: "x\n")
        attack.add(&tar)
        try await Self.expectRefusal(of: tar, attack, fixture)
    }

    /// tar(1) makes links last that could lead out, so that nothing is ever written through them.
    @Test(.requiresRoot) func aTreeThatWritesThroughALinkLandsNowhere() async throws {
        let fixture = try BoxStoreFixture()
        let outside = fixture.root.appending("outside")
        try HostFiles.makeDirectory(outside)
        for target in [outside.string, "../../../../../../../../../../\(outside.string.dropFirst())"] {
            var tar = TarWriter()
            tar.add("etc/", type: "5")
            tar.add("link", type: "2", target: target)
            tar.add("link/stolen", text: "x")
            let archive = fixture.root.appending("tree.tar")
            try AtomicFile.write(tar.finished(), to: archive, durable: false)
            let store = fixture.store
            _ = try? await store.add(archive, name: "test")  // whether it is taken or refused, nothing may be outside
            #expect(try HostFiles.list(outside) == [], "\(target)")
            #expect(try fixture.staging().isEmpty)
        }
    }

    /// An archive that is next to nothing, and says that it has 10 GiB in it; the file system has 64 MiB.
    @Test(.requiresRoot, arguments: ["tree", "box"])
    func aBombIsRefusedBeforeItGoesOff(kind: String) async throws {
        let fixture = try BoxStoreFixture()
        var tar = TarWriter()
        if kind == "tree" {
            tar.add("etc/", type: "5")
        } else {
            tar.add("metadata.json", text: #"{"provider":"libvirt"}"#)
        }
        tar.add(kind == "tree" ? "etc/zeros" : "box.img", claims: 10 << 30)
        let head = fixture.root.appending("head")
        try AtomicFile.write(tar.bytes, to: head, durable: false)
        let bomb = fixture.root.appending("bomb.tar.gz")
        try await fixture.run(
            "sh", ["-c", "(cat '\(head)'; head -c 1G /dev/zero) | gzip -1 > '\(bomb)'"])
        try HostFiles.makeDirectory(fixture.directories.data)
        try fixture.check(mount("tmpfs", fixture.directories.data.string, "tmpfs", 0, "size=64m"))
        defer { umount2(fixture.directories.data.string, Int32(MNT_DETACH)) }
        let store = fixture.store
        let start = ContinuousClock.now
        let error = await #expect(throws: BoxError.self) { try await store.add(bomb, name: "test") }
        #expect(error?.code == .diskFull)
        #expect(error?.description.contains("GiB and more, and") == true, "\(error?.description ?? "")")
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(try fixture.staging().isEmpty)
    }

    private static func expectRefusal(
        of tar: TarWriter, _ attack: Attack, _ fixture: borrowing BoxStoreFixture
    ) async throws {
        let archive = fixture.root.appending("evil.tar")
        for isCompressed in [false, true] {
            try AtomicFile.write(tar.finished(), to: archive, durable: false)
            if isCompressed { try await fixture.run("gzip", ["-f", archive.string]) }
            let path = isCompressed ? FilePath(archive.string + ".gz") : archive
            let store = fixture.store
            let error = await #expect(throws: BoxError.self) { try await store.add(path, name: "refused") }
            #expect(error?.description.contains(attack.complaint) == true, "\(error?.description ?? "")")
            #expect(try fixture.images().isEmpty)
            #expect(try fixture.staging().isEmpty)
            #expect(try fixture.store.list().isEmpty)
            #expect(!HostFiles.exists("/tmp/devenv-stolen"))
            #expect(!HostFiles.exists(fixture.directories.boxes.appending("devenv-stolen")))
        }
    }
}
