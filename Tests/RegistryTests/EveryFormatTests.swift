import DevenvBoxes
import DevenvCatalogs
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvRegistry
import DevenvTestSupport
import SystemPackage
import Testing

/// Boxes of every kind go into a catalog and into a registry, and come back as they were.
@Suite(.requires(tool: "skopeo", "docker-registry", "qemu-img", "zstd", "tar", "gzip", "ssh-keygen"))
struct EveryFormatTests {
    /// What is special about a box.
    enum Kind: String, CaseIterable, Sendable {
        case disk
        case disks
        case vagrantKey
        case ownKey
        case virtualBox
    }

    @Test(arguments: Kind.allCases)
    func aBoxComesBackFromADirectory(_ kind: Kind) async throws {
        try await RegistryRig.with { rig in
            let record = try await add(kind, to: rig)
            let file = try await publish(record, nil, rig, in: "catalog")
            // the same box is the same file
            let again = try await publish(record, nil, rig, in: "other")
            #expect(try HostFiles.read(file) == HostFiles.read(again))
            let friend = rig.another()
            let got = try await friend.store.add(file, as: BoxStore.Naming(name: "got", source: file.string))
            try expectSame(got, in: friend, as: record, of: rig)
        }
    }

    @Test(arguments: Kind.allCases)
    func aBoxComesBackFromARegistry(_ kind: Kind) async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let record = try await add(kind, to: rig)
                let reference = "oci:\(server.host)/team/\(kind.rawValue.lowercased()):1"
                let image = try #require(ImageReference(reference, base: "/"))
                _ = try await rig.registry.push(record, to: image)
                let friend = rig.another()
                let got = try await friend.add(reference)
                try expectSame(got.record, in: friend, as: record, of: rig)
                #expect(try await friend.add(reference, name: "again").bytesMoved == 0)
            }
        }
    }

    @Test(.requiresRoot, .requires(tool: "bsdtar"))
    func layersBecomeOneTreeAsAMachineSeesThem() async throws {
        try await RegistryServer.with { server in
            try await RegistryRig.with { rig in
                let record = try await layered(rig)
                let seen = try await rig.inOverlay("test") { root in
                    try await rig.store.add(root, as: BoxStore.Naming(name: "seen", source: "overlay"))
                }
                #expect(seen.digest != record.digest)
                let result: Result<FilePath, any Error> = try await rig.store.withFlatTree(of: record, "publishing") {
                    flat in
                    do {
                        #expect(flat?.digest.description == seen.digest)
                        return .success(try await publish(record, flat, rig, in: "catalog"))
                    } catch { return .failure(error) }
                }
                let file = try result.get()
                let friend = rig.another()
                let got = try await friend.store.add(file, as: BoxStore.Naming(name: "got", source: file.string))
                #expect(got.digest == seen.digest && got.user == "dev")

                let image = try #require(ImageReference("oci:\(server.host)/team/flat:1", base: "/"))
                _ = try await rig.registry.push(record, to: image)
                #expect(try await rig.another().add("oci:\(server.host)/team/flat:1").record.digest == seen.digest)
                #expect(try rig.list("staging").isEmpty)
            }
        }
    }

    private func layered(_ rig: RegistryRig) async throws -> BoxRecord {
        let layout = try await rig.layout(
            "image",
            [
                try await rig.base(),
                try await rig.layer(
                    "changes",
                    """
                    mkdir -p "$1/etc/old" "$1/srv/data" "$1/opt/a"
                    : > "$1/etc/.wh.gone"; : > "$1/etc/old/.wh..wh..opq"; echo new > "$1/etc/old/new"
                    echo 2 > "$1/srv/data/two"; ln "$1/srv/data/two" "$1/srv/data/same"; echo x > "$1/opt/a/x"
                    cp /bin/true "$1/srv/ping"; setcap cap_net_raw+ep "$1/srv/ping"; mknod "$1/srv/null" c 1 3
                    chmod 700 "$1/srv/data"; ln -s /nowhere "$1/srv/link"; echo odd > "$1/srv/a name"
                    """),
                try await rig.layer(
                    "more", #"mkdir -p "$1/opt/a"; : > "$1/opt/a/.wh.x"; mkdir -p "$1/opt/b"; echo y > "$1/opt/b/y""#),
            ])
        return try await rig.add(layout.string).record
    }

    private func publish(
        _ record: BoxRecord, _ flat: FlatTree?, _ rig: RegistryRig, in name: String
    ) async throws -> FilePath {
        let version = try #require(BoxVersion(parsing: "1.0"))
        let box = try PublishedBox(record, as: "team/box", version, flat: flat, of: rig.store)
        let publisher = DirectoryPublisher(
            directory: rig.directory.path.appending(name), runner: SystemToolRunner())
        return try await publisher.publish(box, PublishingOptions()).file
    }

    private func expectSame(
        _ got: BoxRecord, in friend: RegistryRig, as record: BoxRecord, of rig: RegistryRig
    ) throws {
        #expect(got.digest == record.digest && got.format == record.format && got.user == record.user)
        #expect(got.hasKnownKey == record.hasKnownKey)
        #expect(try key(of: got, friend) == key(of: record, rig))
        #expect(got.baseMAC == record.baseMAC && got.image.virtualSize == record.image.virtualSize)
    }

    private func key(of record: BoxRecord, _ rig: RegistryRig) throws -> [UInt8]? {
        let image = try rig.store.image(withDigest: record.digest, name: record.name)
        guard case .knownKey(let path) = image.introduction else { return nil }
        return try HostFiles.read(path)
    }
}

// The boxes.
extension EveryFormatTests {
    private func add(_ kind: Kind, to rig: RegistryRig) async throws -> BoxRecord {
        let directory = rig.directory
        let disk = directory.path.appending("disk.qcow2")
        try directory.write([UInt8](repeating: 7, count: 3 << 20), to: "raw")
        try await rig.run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", "\(directory.path)/raw", disk.string])
        var naming = BoxStore.Naming(name: "made", version: "1.0", user: "core", source: "test")
        switch kind {
        case .disk: return try await rig.store.add(disk, as: naming)
        case .ownKey:
            let key = directory.path.appending("key")
            try await rig.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key.string])
            naming.loginKey = try LoginKey(reading: key)
            return try await rig.store.add(disk, as: naming)
        case .vagrantKey:
            naming.loginKey = .vagrant
            return try await rig.store.add(disk, as: naming)
        case .disks:
            try await rig.run("qemu-img", ["create", "-q", "-f", "qcow2", "\(directory.path)/data.qcow2", "9M"])
            let disks = #"[{"path": "disk.qcow2"}, {"path": "data.qcow2"}]"#
            return try await addBox(
                #"{"provider": "libvirt", "disks": \#(disks)}"#, ["disk.qcow2", "data.qcow2"], naming, rig)
        case .virtualBox:
            try await rig.run(
                "qemu-img",
                [
                    "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized", "\(directory.path)/raw",
                    "\(directory.path)/disk001.vmdk",
                ])
            try directory.write(
                """
                <?xml version="1.0"?>
                <Envelope ovf:version="1.0" xmlns="http://schemas.dmtf.org/ovf/envelope/1"
                    xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
                  <References><File ovf:id="file1" ovf:href="disk001.vmdk"/></References>
                  <DiskSection><Disk ovf:capacity="3145728" ovf:diskId="d" ovf:fileRef="file1"/></DiskSection>
                </Envelope>
                """, to: "box.ovf")
            try directory.write(
                "Vagrant.configure(\"2\") do |config|\n  config.vm.base_mac = \"080027D14C66\"\nend\n",
                to: "Vagrantfile")
            let record = try await addBox(
                #"{"provider": "virtualbox"}"#, ["box.ovf", "disk001.vmdk", "Vagrantfile"], naming, rig)
            #expect(record.baseMAC?.description == "08:00:27:d1:4c:66")
            return record
        }
    }

    private func addBox(
        _ metadata: String, _ files: [String], _ naming: BoxStore.Naming, _ rig: RegistryRig
    ) async throws -> BoxRecord {
        try rig.directory.write(metadata, to: "metadata.json")
        let box = rig.directory.path.appending("made.box")
        try await rig.run("tar", ["-C", rig.directory.path.string, "-czf", box.string, "metadata.json"] + files)
        return try await rig.store.add(box, as: naming)
    }
}
