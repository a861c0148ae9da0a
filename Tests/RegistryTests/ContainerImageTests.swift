import DevenvBoxes
import DevenvHost
import DevenvRegistry
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Images of containers become boxes.
@Suite(.requiresRoot, .requires(tool: "skopeo", "docker-registry", "bsdtar", "zstd"))
struct ContainerImageTests {
    private static let changes = """
        mkdir -p "$1/etc/old" "$1/srv/data"
        : > "$1/etc/.wh.gone"; : > "$1/etc/old/.wh..wh..opq"; echo new > "$1/etc/old/new"
        : > "$1/srv/.wh.data"; echo 2 > "$1/srv/data/two"; ln "$1/srv/data/two" "$1/srv/data/same"
        cp /bin/true "$1/srv/ping"; setcap cap_net_raw+ep "$1/srv/ping"; mknod "$1/srv/null" c 1 3
        truncate -s 8M "$1/srv/sparse"; mkdir -p "$1/srv/$(printf %0200d 1)"; : > "$1/srv/$(printf %0200d 1)/$(printf %0200d 2)"
        """

    @Test func whatAnUpperLayerChangesAndRemovesIsSoInTheBox() async throws {
        try await RegistryRig.with { rig in
            let layout = try await rig.layout(
                "image", [try await rig.base(), try await rig.layer("changes", Self.changes)])
            let record = try await rig.add(layout.string).record
            #expect(record.user == "dev")
            #expect(record.version == "12.11")
            #expect(record.architecture == "amd64")
            try await rig.inOverlay("test") { root in
                func read(_ path: String) throws -> String? {
                    try HostFiles.read(root.appending(path)).map { String(decoding: $0, as: UTF8.self) }
                }
                #expect(try HostFiles.list(root.appending("etc")).sorted() == ["debian_version", "old", "passwd"])
                #expect(try HostFiles.list(root.appending("etc/old")) == ["new"])
                #expect(try HostFiles.list(root.appending("srv/data")).sorted() == ["same", "two"])
                #expect(try read("usr/sbin/sshd") == "sshd\n")
                let capabilities = try await rig.output("getcap", [root.appending("srv/ping").string])
                #expect(!capabilities.isEmpty)
                var (one, other) = (stat(), stat())
                #expect(stat(root.appending("srv/data/two").string, &one) == 0)
                #expect(stat(root.appending("srv/data/same").string, &other) == 0)
                #expect(one.st_ino == other.st_ino)
                #expect(stat(root.appending("srv/sparse").string, &one) == 0)
                #expect(one.st_size == 8 << 20 && one.st_blocks < 100)
                #expect(stat(root.appending("srv/null").string, &one) == 0 && one.st_rdev == 0x103)
            }
            #expect(try await rig.store.verify("test").allSatisfy(\.differences.isEmpty))
            #expect(try rig.list("staging").isEmpty)
        }
    }

    @Test func aSharedLayerIsFetchedAndKeptOnceAndGoesWithItsLastBox() async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let base = try await rig.base()
                try await rig.send(try await rig.layout("one", [base]), to: "\(server.host)/team/one:1")
                let more = try await rig.layer("more", #"mkdir -p "$1/opt"; echo more > "$1/opt/more""#)
                try await rig.send(try await rig.layout("two", [base, more]), to: "\(server.host)/team/two:1")

                let first = try await rig.add("oci:\(server.host)/team/one:1", name: "one")
                #expect(first.bytesMoved == first.bytesTotal)
                let before = try server.transfers().filter { $0.hasPrefix("GET") }.count
                let second = try await rig.add("docker://\(server.host)/team/two:1", name: "two")
                #expect(second.bytesMoved == second.bytesTotal - first.bytesTotal)
                // its description twice, once as such and once with the image; of its layers one
                #expect(try server.transfers().filter { $0.hasPrefix("GET") }.count == before + 3)
                #expect(try rig.list("layers").count == 2)

                let again = try await rig.add("oci:\(server.host)/team/two:1", name: "again")
                #expect(again.bytesMoved == 0)
                #expect(again.record.digest == second.record.digest)
                try await rig.store.remove("two")
                #expect(try rig.list("layers").count == 2)
                try await rig.store.remove("again")
                #expect(try rig.list("layers").count == 1)
                #expect(try await rig.store.verify("one").allSatisfy(\.differences.isEmpty))
                try await rig.store.remove("one")
                #expect(try rig.list("layers").isEmpty)
                #expect(try rig.list("staging").isEmpty)
            }
        }
    }

    @Test func theSameLayerTwiceIsThereOnce() async throws {
        try await RegistryRig.with { rig in
            let (base, more) = (try await rig.base(), try await rig.layer("more", #"echo more > "$1/more""#))
            let layout = try await rig.layout("image", [base, more, base])
            _ = try await rig.add(layout.string)
            let seen = try await rig.inOverlay("test") { try HostFiles.list($0).sorted() }
            #expect(seen.contains("more") && seen.contains("etc"))
            #expect(try rig.list("layers").count == 2)
        }
    }

    @Test func anImageWithoutAnSSHServerIsRefusedWithTheCure() async throws {
        try await RegistryRig.with { rig in
            let removed = try await rig.layer("removed", #"mkdir -p "$1/usr/sbin"; : > "$1/usr/sbin/.wh.sshd""#)
            let layout = try await rig.layout("image", [try await rig.base(), removed])
            let error = await #expect(throws: BoxError.self) { try await rig.add(layout.string) }
            #expect(error?.description.contains("no SSH server") == true, "\(error?.description ?? "")")
            #expect(error?.help?.contains("devenv box build") == true)
            #expect(try rig.list("images").isEmpty)
            #expect(try rig.list("layers").isEmpty)
            #expect(try rig.list("staging").isEmpty)
        }
    }

    @Test func aLayerThatIsNotWhatItsDigestSaysIsRefused() async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                try await rig.send(try await rig.layout("one", [try await rig.base()]), to: "\(server.host)/one:1")
                let blob = try #require(
                    try HostFiles.list(rig.directory.path.appending("one/blobs/sha256")).map(server.blob)
                        .max { try HostFiles.size(of: $0) < HostFiles.size(of: $1) })
                var bytes = try #require(try HostFiles.read(blob))
                bytes[bytes.count / 2] ^= 1
                try AtomicFile.write(bytes, to: blob, durable: false)
                let error = await #expect(throws: BoxError.self) { try await rig.add("oci:\(server.host)/one:1") }
                #expect(error?.description.contains("igest") == true, "\(error?.description ?? "")")
                #expect(try rig.list("images").isEmpty)
                #expect(try rig.list("staging").isEmpty)
            }
        }
    }

    @Test func aLayerThatChangedInTheStoreIsTold() async throws {
        try await RegistryRig.with { rig in
            _ = try await rig.add(try await rig.layout("image", [try await rig.base()]).string)
            let layer = try #require(try rig.list("layers").first)
            let file = rig.directories.boxes.appending("layers").appending(layer).appending("rootfs/etc/gone")
            try AtomicFile.write(Array("evil".utf8), to: file, durable: false)
            let found = try await rig.store.verify("test").flatMap(\.differences).map(\.path)
            #expect(found.count == 1 && found.first?.hasSuffix(": /etc/gone") == true, "\(found)")
        }
    }

    /// Only what is damaged is fetched, and all boxes that have the layer are right again.
    @Test func aDamagedSharedLayerIsPutRightByAddingItAnew() async throws {
        try await RegistryRig.with { rig in
            let (base, more) = (try await rig.base(), try await rig.layer("more", #"echo more > "$1/more""#))
            let one = try await rig.layout("one", [base]).string
            let two = try await rig.layout("two", [base, more]).string
            let first = try await rig.add(one, name: "one")
            let second = try await rig.add(two, name: "two")
            let layers = try rig.list("layers").map(rig.directories.boxes.appending("layers").appending)
            let layer = try #require(layers.first { HostFiles.exists($0.appending("rootfs/etc/gone")) })
            let configuration = rig.directories.boxes.pushing(
                FilePath("images/\(second.record.digest.split(separator: ":").joined(separator: "-"))/config.json"))
            for damage in ["rootfs/etc/gone", "manifest", "layer.json"] {
                try AtomicFile.write(Array("evil".utf8), to: layer.appending(damage), durable: false)
                try AtomicFile.write(Array("evil".utf8), to: configuration, durable: false)
                let repaired = try await rig.add(two, name: "two", replacing: true)
                #expect(repaired.bytesMoved == first.bytesTotal, "\(damage)")
                #expect(try await rig.store.verifyAll().allSatisfy(\.differences.isEmpty), "\(damage)")
            }
            let untouched = try await rig.add(two, name: "two", replacing: true)
            #expect(untouched.bytesMoved == 0)
            #expect(try rig.list("layers").count == 2 && rig.list("staging").isEmpty)
        }
    }

    @Test func aMissingImageIsSaidToBeMissing() async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let error = await #expect(throws: BoxError.self) { try await rig.add("oci:\(server.host)/none:1") }
                #expect(error?.code == .missing, "\(error?.description ?? "")")
            }
        }
    }
}
