import DevenvBoxes
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvRegistry
import DevenvTestSupport
import SystemPackage
import Testing

/// Boxes go to a registry and come back.
@Suite(.requires(tool: "skopeo", "docker-registry", "qemu-img", "zstd"))
struct BoxArtifactTests {
    @Test func ofANewVersionOnlyWhatChangedIsMoved() async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let reference = "oci:\(server.host)/team/disk"
                let first = try await rig.addDisk(version: "1.0", change: nil)
                let sent = try await rig.push(first, to: reference + ":1.0")
                #expect(sent.bytesMoved == sent.bytesTotal && sent.bytesTotal > 20 << 20)
                _ = try await rig.push(first, to: reference + ":latest")
                let friend = rig.another()
                let got = try await friend.add(reference + ":1.0")
                #expect(got.record.digest == first.digest)
                #expect(got.record.version == "1.0" && got.record.user == "core" && got.record.format == .qcow2)
                #expect(got.bytesMoved == got.bytesTotal)

                let second = try await rig.addDisk(version: "1.1", change: 12 << 20)
                let before = try server.transfers().filter { $0.hasPrefix("PUT") }
                let update = try await rig.push(second, to: reference + ":latest")
                let put = try server.transfers().filter { $0.hasPrefix("PUT") }.count - before.count
                #expect(update.bytesMoved < update.bytesTotal / 2, "\(update.bytesMoved) of \(update.bytesTotal)")
                #expect((1...6).contains(put), "\(put) blobs sent")

                let gets = try server.transfers().filter { $0.hasPrefix("GET") }.count
                // the blobs that were sent, and the empty description that every box has
                let updated = try await friend.add(reference + ":latest")
                #expect(updated.record.digest == second.digest && updated.record.version == "1.1")
                #expect(updated.bytesMoved == update.bytesMoved)
                #expect(try server.transfers().filter { $0.hasPrefix("GET") }.count - gets <= put + 1)

                let again = try await friend.add(reference + ":latest", name: "again")
                #expect(again.bytesMoved == 0)
                #expect(try await friend.store.verify("test").allSatisfy(\.differences.isEmpty))
                #expect(try friend.list("staging").isEmpty)
            }
        }
    }

    @Test(.requiresRoot) func aTreeComesBackAsItWas() async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                _ = try await rig.base()
                let tree = rig.directory.path.appending("tree-base")
                try await rig.run("sh", ["-ec", "chown 7:8 \(tree)/etc/gone; ln \(tree)/etc/gone \(tree)/etc/same"])
                let naming = BoxStore.Naming(name: "tree", source: tree.string)
                let record = try await rig.store.add(tree, as: naming)
                _ = try await rig.push(record, to: "oci:\(server.host)/tree:1")
                let got = try await rig.another().add("oci:\(server.host)/tree:1")
                #expect(got.record.digest == record.digest)
                #expect(got.record.version == "12.11" && got.record.format == .directories)
            }
        }
    }

    @Test func aBoxThatIsNotWhatItSaysIsRefused() async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let record = try await rig.addDisk(version: "1.0", change: nil)
                let reference = "\(server.host)/disk:1"
                _ = try await rig.push(record, to: "oci:" + reference)
                let copy = rig.directory.path.appending("copy")
                let lie = record.digest.dropFirst(7)
                try await rig.run(
                    "skopeo", ["copy", "-q", "--src-tls-verify=false", "docker://\(reference)", "dir:\(copy)"])
                // a publisher who says another digest of the image, and of the whole
                try await rig.run(
                    "sed",
                    ["-i", "s/\(lie)/\(String(repeating: "0", count: 64))/g", copy.appending("manifest.json").string])
                try await rig.run(
                    "skopeo",
                    ["copy", "-q", "--dest-tls-verify=false", "dir:\(copy)", "docker://\(server.host)/disk:2"])
                let friend = rig.another()
                let error = await #expect(throws: BoxError.self) { try await friend.add("oci:\(server.host)/disk:2") }
                #expect(error?.code == .invalid, "\(error?.description ?? "")")
                #expect(try friend.list("images").isEmpty)
                #expect(try friend.list("staging").isEmpty)
            }
        }
    }

    @Test func aSliceThatWasChangedInTheRegistryIsRefused() async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let record = try await rig.addDisk(version: "1.0", change: nil)
                _ = try await rig.push(record, to: "oci:\(server.host)/disk:1")
                let blob = try #require(try server.largestBlobSent())
                var bytes = try #require(try HostFiles.read(blob))
                bytes[bytes.count / 2] ^= 1
                try AtomicFile.write(bytes, to: blob, durable: false)
                let friend = rig.another()
                let error = await #expect(throws: BoxError.self) { try await friend.add("oci:\(server.host)/disk:1") }
                #expect(error?.description.contains("igest") == true, "\(error?.description ?? "")")
                #expect(try friend.list("images").isEmpty)
                #expect(try friend.list("staging").isEmpty)
            }
        }
    }
}

extension RegistryRig {
    func push(_ record: BoxRecord, to reference: String) async throws -> RegistryBoxes.Result {
        try await registry.push(record, to: try #require(ImageReference(reference, base: "/")))
    }

    /// A disk with noise that is the same each time, but for what is written at an offset.
    func addDisk(version: String, change: Int?, mebibytes: Int = 32) async throws -> BoxRecord {
        let raw = directory.path.appending("\(version).raw")
        let disk = directory.path.appending("\(version).qcow2")
        let noise =
            "openssl enc -aes-128-ctr -K 00 -iv 00 -nosalt -in /dev/zero 2>/dev/null | head -c \(mebibytes)M > \"$1\" || :"
        try await run("sh", ["-c", noise, "sh", raw.string])
        if let change {
            let write = "printf changed | dd of=\"$1\" bs=1 seek=\(change) conv=notrunc 2>/dev/null"
            try await run("sh", ["-c", write, "sh", raw.string])
        }
        try await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw.string, disk.string])
        return try await store.add(
            disk, as: BoxStore.Naming(name: "disk", version: version, user: "core", source: disk.string))
    }
}
