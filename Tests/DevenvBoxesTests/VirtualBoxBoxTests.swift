import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvBoxes

/// Vagrant boxes for VirtualBox, and boxes with several disks.
@Suite(.requires(tool: "qemu-img", "tar", "gzip")) struct VirtualBoxBoxTests {
    /// As VirtualBox and packer write it, with what matters here.
    private static func description(_ references: String, capacity: String = "67108864") -> String {
        """
        <?xml version="1.0"?>
        <Envelope ovf:version="1.0" xmlns="http://schemas.dmtf.org/ovf/envelope/1"
            xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:vbox="http://www.virtualbox.org/ovf/machine">
          <References>\(references)</References>
          <DiskSection>
            <Disk ovf:capacity="\(capacity)" ovf:diskId="vmdisk1" ovf:fileRef="file1"/>
          </DiskSection>
        </Envelope>
        """
    }

    private static let reference = #"<File ovf:id="file1" ovf:href="box-disk001.vmdk"/>"#
    private static let metadata = #"{"provider": "virtualbox"}"#

    private static func disk(_ fixture: borrowing BoxStoreFixture, _ form: String = "streamOptimized") async throws
        -> FilePath
    {
        let disk = fixture.root.appending("box-disk001.vmdk")
        try await fixture.run(
            "qemu-img",
            [
                "convert", "-f", "qcow2", "-O", "vmdk", "-o", "subformat=\(form)",
                try await fixture.makeDisk().string, disk.string,
            ])
        return disk
    }

    @Test(arguments: [true, false])
    func aBoxIsItsDescriptionAndTheFilesItNames(hasMetadata: Bool) async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await Self.disk(fixture)
        var texts = [
            "box.ovf": Self.description(Self.reference), "Vagrantfile": "# nothing\n", "unrelated.txt": "x",
            "info.json": #"{"author": "somebody", "build": 7, "signed": true, "list": [1]}"#,
        ]
        if hasMetadata { texts["metadata.json"] = Self.metadata }
        let box = try await fixture.makeVagrantBox(texts, disks: ["box-disk001.vmdk": disk])
        let record = try await fixture.store.add(box, name: "ubuntu/old")
        #expect(record.format == .ovf)
        #expect(record.user == "vagrant" && record.hasKnownKey)
        #expect(record.image.virtualSize == ByteCount(bytes: 64 << 20))
        #expect(record.info == ["author": "somebody", "build": "7", "signed": "true"])
        #expect(try await fixture.store.isIntact("ubuntu/old"))

        let image = try fixture.store.resolve(.named("ubuntu/old", constraint: nil), base: "/", formats: [.ovf])
        #expect(image.layers.map { $0.lastComponent?.string } == ["box.ovf", "box-disk001.vmdk"])
        #expect(Set(image.layers.map { $0.removingLastComponent() }).count == 1, "a description finds its files")
        #expect(try HostFiles.read(image.layers[1]) == HostFiles.read(disk))
        #expect(try fixture.mode(of: image.layers[1]) == 0o444)
        #expect(try fixture.store.image(withDigest: image.digest, name: "ubuntu/old") == image)
        let again = try await fixture.store.add(
            box, as: .init(name: "other", source: "x", replacing: true))
        #expect(again.digest == record.digest)

        try HostFiles.remove(image.layers[1])
        #expect(try await fixture.differences(of: "ubuntu/old") == ["missing: box-disk001.vmdk"])
        try fixture.write("changed", to: image.layers[0])
        #expect(
            try await fixture.differences(of: "ubuntu/old") == [
                "changed: box.ovf (content)", "missing: box-disk001.vmdk",
            ])
    }

    @Test(arguments: [64, 96])
    func aMachineBecomesABoxOfTheSameKind(mebibytes: Int) async throws {
        let fixture = try BoxStoreFixture()
        let vagrantfile = "Vagrant.configure(2) do |config|\n  config.vm.base_mac = \"080027D14C66\"\nend\n"
        let box = try await fixture.makeVagrantBox(
            [
                "box.ovf": Self.description(Self.reference), "metadata.json": Self.metadata,
                "Vagrantfile": vagrantfile,
            ], disks: ["box-disk001.vmdk": try await Self.disk(fixture)])
        _ = try await fixture.store.add(box, name: "ubuntu/old")
        let image = try fixture.store.resolve(.named("ubuntu/old", constraint: nil), base: "/", formats: [.ovf])
        let disk = fixture.root.appending("machine.raw")
        try AtomicFile.write([UInt8](repeating: 9, count: 1 << 20), to: disk, durable: false)
        try await fixture.run("truncate", ["--size=\(mebibytes)M", disk.string])
        let machine = BoxStore.PackagedMachine(box: image, keepsIdentity: true)
        let naming = BoxStore.Naming(name: "packed", source: "a machine")
        _ = try await fixture.store.package(machine, as: naming) { directory throws(BoxError) in
            let copy = directory.appending("disk-0.raw")
            // its own disk is compared below
            try BoxError.wrap { () throws(HostError) in
                try AtomicFile.write(try HostFiles.read(disk, limit: 1 << 30) ?? [], to: copy, durable: false)
            }
            return .disks([copy])
        }
        let packed = try fixture.store.resolve(.named("packed", constraint: nil), base: "/", formats: [.ovf])
        #expect(packed.layers.map { $0.lastComponent?.string } == ["box.ovf", "box-disk001.vmdk"])
        #expect(packed.user == "vagrant")
        guard case .knownKey(let key) = packed.introduction else {
            Issue.record("it lets nobody in who is not told")
            return
        }
        #expect(try HostFiles.read(key) == LoginKey.vagrant.text)
        #expect(packed.baseMAC == image.baseMAC && packed.baseMAC != nil)
        #expect(
            try fixture.store.list().first { $0.name == "packed" }?.image.virtualSize?.bytes == Int64(mebibytes) << 20)
        try await fixture.run("qemu-img", ["compare", "-f", "raw", "-F", "vmdk", disk.string, packed.layers[1].string])
        let text = String(decoding: try #require(try HostFiles.read(packed.layers[0])), as: UTF8.self)
        #expect(text == Self.description(Self.reference, capacity: "\(mebibytes << 20)"))
        #expect(try await fixture.store.isIntact("packed"))
        #expect(try fixture.staging().isEmpty)
    }

    @Test func aSizeThatCannotBeToldFromTheRestIsNotChanged() {
        let text = Self.description(Self.reference)
        #expect(MachineDescription.resized(text, to: 5)?.contains("ovf:capacity=\"5\"") == true)
        #expect(MachineDescription.resized(text + text, to: 5) == nil)
        #expect(
            MachineDescription.resized(text.replacing("ovf:diskId", with: "ovf:capacityAllocationUnits"), to: 5) == nil)
        #expect(MachineDescription.resized("capacity=\"many\"", to: 5) == nil)
        #expect(MachineDescription.resized("none", to: 5) == nil)
    }

    @Test(arguments: [
        ("../box-disk001.vmdk", "refers to '../box-disk001.vmdk'"), ("/etc/shadow", "refers to '/etc/shadow'"),
        ("http://example.com/a.vmdk", "refers to 'http://example.com/a.vmdk'"), ("", "refers to ''"),
        ("absent.vmdk", "'absent.vmdk' that its box.ovf names is not in it once"),
        ("box.ovf", "'box.ovf' that its box.ovf names"), ("file:box-disk001.vmdk", "refers to 'file:box-disk001.vmdk'"),
    ])
    func aDescriptionThatNamesWhatIsNotInTheBoxIsRefused(name: String, complaint: String) async throws {
        let fixture = try BoxStoreFixture()
        let description = Self.description(#"<File ovf:id="file1" ovf:href="\#(name)"/>"#)
        let box = try await fixture.makeVagrantBox(
            ["box.ovf": description, "metadata.json": Self.metadata],
            disks: ["box-disk001.vmdk": try await Self.disk(fixture)])
        try await fixture.expectRefusal(of: box, says: complaint)
    }

    @Test(arguments: [
        "", "<a/>", "<Envelope>", "<!DOCTYPE e [<!ENTITY x SYSTEM \"file:///etc/shadow\">]><Envelope>&x;</Envelope>",
        "not XML",
    ])
    func whatIsNoDescriptionIsRefused(text: String) async throws {
        let fixture = try BoxStoreFixture()
        let box = try await fixture.makeVagrantBox(
            ["box.ovf": text, "metadata.json": Self.metadata],
            disks: ["box-disk001.vmdk": try await Self.disk(fixture)])
        try await fixture.expectRefusal(of: box, says: "is no description of a machine")
    }

    /// A text that says where the disk's content is: VirtualBox would open that file, whatever it is.
    @Test func aDiskThatIsElsewhereIsRefused() async throws {
        let fixture = try BoxStoreFixture()
        let texts = ["box.ovf": Self.description(Self.reference), "metadata.json": Self.metadata]
        let text = """
            # Disk DescriptorFile
            version=1
            CID=fffffffe
            parentCID=ffffffff
            createType="monolithicFlat"
            RW 1024 FLAT "/etc/shadow" 0

            """
        let written = try await fixture.makeVagrantBox(
            texts.merging(["box-disk001.vmdk": text]) { first, _ in first }, disks: [:])
        try await fixture.expectRefusal(of: written, says: "no VMDK image that stands for itself")

        let good = try await Self.disk(fixture)
        var bytes = try #require(try HostFiles.read(good))
        let extent = Array(" SPARSE \"".utf8)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: extent) })
        bytes.replaceSubrange(place..<(place + 8), with: Array(" FLAT   ".utf8))
        let bad = fixture.root.appending("bad.vmdk")
        try AtomicFile.write(bytes, to: bad, durable: false)
        let hidden = try await fixture.makeVagrantBox(named: "two.box", texts, disks: ["box-disk001.vmdk": bad])
        try await fixture.expectRefusal(of: hidden, says: "no VMDK image that stands for itself")
    }

    @Test(arguments: ["monolithicSparse", "streamOptimized"])
    func theUsualFormsOfDisksAreTaken(form: String) async throws {
        let fixture = try BoxStoreFixture()
        let box = try await fixture.makeVagrantBox(
            ["box.ovf": Self.description(Self.reference)],
            disks: ["box-disk001.vmdk": try await Self.disk(fixture, form)])
        #expect(try await fixture.store.add(box, name: "test").format == .ovf)
    }

    @Test func severalDisksAreOneImage() async throws {
        let fixture = try BoxStoreFixture()
        let disks = [try await fixture.makeNoise(), try await fixture.makeDisk()]
        let metadata = #"{"provider": "libvirt", "disks": [{"path": "z.img"}, {"path": "a.img", "name": "data"}]}"#
        let box = try await fixture.makeVagrantBox(
            ["metadata.json": metadata], disks: ["z.img": disks[0], "a.img": disks[1]])
        let record = try await fixture.store.add(box, name: "two")
        #expect(record.format == .qcow2)
        #expect(record.image.bytes == (try disks.reduce(0) { $0 + (try HostFiles.size(of: $1)) }))
        let image = try fixture.store.resolve(.named("two", constraint: nil), base: "/", formats: [.qcow2])
        #expect(try image.layers.map { try HostFiles.read($0) } == disks.map { try HostFiles.read($0) })
        for file in image.layers { #expect(try fixture.mode(of: file) == 0o444) }
        #expect(try await fixture.store.isIntact("two"))

        let exchanged = try await fixture.makeVagrantBox(
            named: "exchanged.box", ["metadata.json": metadata], disks: ["z.img": disks[1], "a.img": disks[0]])
        #expect(try await fixture.store.add(exchanged, name: "exchanged").digest != record.digest)
        let overlay = fixture.root.appending("overlay.qcow2")
        try await fixture.run(
            "qemu-img", ["create", "-q", "-f", "qcow2", "-b", "/etc/shadow", "-F", "raw", "-u", overlay.string, "1M"])
        let evil = try await fixture.makeVagrantBox(
            named: "evil.box", ["metadata.json": metadata], disks: ["z.img": disks[0], "a.img": overlay])
        let store = fixture.store
        let error = await #expect(throws: BoxError.self) { try await store.add(evil, name: "evil") }
        #expect(error?.description.contains("'/etc/shadow'") == true)
    }

    /// A text, the address and the user that are read from it, and what is told of the rest.
    static let vagrantfiles: [(String, String?, String, [String])] = [
        ("config.vm.base_mac = \"080027D14C66\"\n", "08:00:27:d1:4c:66", "vagrant", []),
        ("  config.vm.base_mac='08:00:27:D1:4C:66'", "08:00:27:d1:4c:66", "vagrant", []),
        ("c.vm.base_mac = \"080027D14C66\"\nc.ssh.username = \"core\"\n", "08:00:27:d1:4c:66", "core", []),
        ("config.vm.base_mac = \"#{`touch /tmp/devenv-ran-a-vagrantfile`}\"", nil, "vagrant", ["vm.base_mac"]),
        ("config.vm.base_mac = ENV['MAC']", nil, "vagrant", ["vm.base_mac"]),
        ("# config.vm.base_mac = \"080027D14C66\"", nil, "vagrant", []),
        (
            "config.vm.base_mac = \"080027D14C66\"\nconfig.vm.base_mac = \"080027D14C67\"", nil, "vagrant",
            ["vm.base_mac"]
        ),
        ("config.vm.base_mac == \"080027D14C66\"", nil, "vagrant", []),
        ("config.ssh.username = \"-oProxyCommand=x\"", nil, "vagrant", ["ssh.username"]),
        ("config.ssh.username = \"a\" if x", nil, "vagrant", ["ssh.username"]),
        ("vb.memory = 2048\nconfig.ssh.shell = \"sh\"", nil, "vagrant", ["ssh.shell", "vb.memory"]),
        ("vm.base_mac = \"080027D14C66\"\nssh.username = \"a\"", nil, "vagrant", ["ssh.username", "vm.base_mac"]),
    ]

    /// Adds a box for libvirt with this Vagrantfile; what came into the store, and what was said of it.
    private static func add(
        vagrantfile: String, to fixture: borrowing BoxStoreFixture
    ) async throws -> (BoxRecord, notices: [String]) {
        let box = try await fixture.makeVagrantBox(
            ["metadata.json": #"{"provider": "libvirt"}"#, "Vagrantfile": vagrantfile],
            disks: ["box.img": try await fixture.makeDisk()])
        let store = fixture.store
        let notices = Lines()
        let record = try await store.add(
            box, as: .init(name: "test", source: "x"), notice: { line in notices.add(line) })
        return (record, notices.all)
    }

    @Test(arguments: vagrantfiles)
    func ofAVagrantfileOnlyPlainSettingsAreRead(
        text: String, address: String?, user: String, ignored: [String]
    ) async throws {
        let fixture = try BoxStoreFixture()
        let (record, notices) = try await Self.add(vagrantfile: text, to: fixture)
        #expect(record.baseMAC?.description == address)
        #expect(record.user == user)
        #expect(notices.count == (ignored.isEmpty ? 0 : 1))
        for key in ignored { #expect(notices.first?.contains(key) == true) }
        #expect(record.defaults == BoxDefaults())
        let image = try fixture.store.resolve(.named("test", constraint: nil), base: "/", formats: [.qcow2])
        #expect(image.baseMAC?.description == address)
        #expect(!HostFiles.exists("/tmp/devenv-ran-a-vagrantfile"))
    }

    /// A text, and the MiB and processors that are read from it.
    static let blocks: [(String, Int64?, Int?, ignored: Bool)] = [
        ("config.vm.provider :libvirt do |lv|\n  lv.memory = 1024\n  lv.cpus = 2\nend\n", 1024, 2, false),
        ("config.vm.provider \"libvirt\" do |domain, override|\n domain.memory = '1_024'\nend", nil, nil, true),
        ("config.vm.provider('libvirt') { |v|\n v.memory = \"2048\" }", nil, nil, true),
        ("config.vm.provider 'libvirt' do |v|\n v.memory = 2_048\nend", 2048, nil, false),
        ("config.vm.provider 'virtualbox' do |v|\n v.memory = 4096\n v.gui = true\nend", nil, nil, false),
        (
            "c.vm.provider :virtualbox do |v|\n v.memory = 1\nend\nc.vm.provider :libvirt do |v|\n v.cpus = 3\nend",
            nil, 3, false
        ),
        ("c.vm.provider :libvirt do |v|\n v.memory = ENV['M']\nend", nil, nil, true),
        ("c.vm.provider :libvirt do |v|\n v.memory = 1024\n v.memory = 2048\nend", nil, nil, true),
        ("c.vm.provider :libvirt do |v|\n v.memory = 0\n v.cpus = 99999999999999999999\nend", nil, nil, true),
        ("c.vm.provider :libvirt do |v|\n # v.memory = 1024\nend", nil, nil, false),
        ("c.vm.provider :libvirt do |v|\n v.memory = 1024 if big\nend", nil, nil, true),
        ("v.memory = 1024\nc.vm.provider :libvirt do |v|\nend", nil, nil, true),
    ]

    @Test(arguments: blocks)
    func ofAProvidersBlockMemoryAndProcessorsAreRead(
        text: String, mebibytes: Int64?, cpus: Int?, isToldOf: Bool
    ) async throws {
        let fixture = try BoxStoreFixture()
        let (record, notices) = try await Self.add(vagrantfile: text, to: fixture)
        let defaults = BoxDefaults(memory: mebibytes.map { ByteCount(bytes: $0 << 20) }, cpus: cpus)
        #expect(record.defaults == defaults)
        #expect(notices.isEmpty != isToldOf, "\(notices)")
        let image = try fixture.store.resolve(.named("test", constraint: nil), base: "/", formats: [.qcow2])
        #expect(image.defaults == defaults)
        // as a machine finds it whose box has lost its name
        #expect(try fixture.store.image(withDigest: record.digest, name: "lost").defaults == defaults)
    }

    @Test func ofABoxForVirtualBoxCustomizationsAreRead() async throws {
        let fixture = try BoxStoreFixture()
        let text = """
            Vagrant.configure("2") do |config|
              config.vm.base_mac = "080027D14C66"
              config.vm.provider "virtualbox" do |vb|
                vb.customize ["modifyvm", :id, "--memory", "1024"]
                vb.customize(["modifyvm", :id, "--cpus", 2])
                vb.customize ["modifyvm", :id, "--uart1", "0x3F8", "4"]
              end
            end
            """
        let box = try await fixture.makeVagrantBox(
            ["box.ovf": Self.description(Self.reference), "Vagrantfile": text],
            disks: ["box-disk001.vmdk": try await Self.disk(fixture)])
        let store = fixture.store
        let notices = Lines()
        let record = try await store.add(
            box, as: .init(name: "test", source: "x"), notice: { line in notices.add(line) })
        #expect(record.defaults == BoxDefaults(memory: ByteCount(bytes: 1 << 30), cpus: 2))
        #expect(notices.all.count == 1 && notices.all.first?.hasSuffix(": virtualbox.customize") == true)
    }
}
