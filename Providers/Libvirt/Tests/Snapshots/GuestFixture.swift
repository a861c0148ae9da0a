import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// A real machine without an operating system, which starts in half a second: what its disks hold is written from outside, and
/// what it is doing is seen in its registers.
struct GuestFixture {
    let storage: StorageFixture
    let identity: MachineIdentity
    let files: DomainFiles
    let id: DomainID
    let snapshots: MachineSnapshots

    /// What is special about a machine.
    struct Kind: Hashable, CustomTestStringConvertible {
        var usesUEFI = false
        var hasRawDisk = false
        var extraDisks = 0

        var disks: [ExtraDisk] {
            (0..<extraDisks).map { ExtraDisk(size: ByteCount(bytes: 4 << 20), serial: "extra-\($0)") }
        }

        static let plain = Kind()
        static let uefi = Kind(usesUEFI: true)
        static let rawDisk = Kind(hasRawDisk: true)

        var testDescription: String {
            "\(usesUEFI ? "UEFI" : "BIOS"), \(hasRawDisk ? "a disk of sectors" : "images"), \(extraDisks) extra"
        }
    }

    static func with(
        _ kind: Kind = .plain, uri: String = LibvirtDaemon.system, home: FilePath? = nil,
        _ body: (GuestFixture) async throws -> Void
    ) async throws {
        try await StorageFixture.with(uri: uri, home: home) { storage in
            let plan = storage.plan { plan in
                plan.extraDisks = kind.disks
            }
            let files = try await storage.storage.prepare(plan)
            if kind.hasRawDisk { try makeRawDisk(in: storage) }
            let domain = try definition(of: plan.identity, files, kind, in: storage)
            let guest = GuestFixture(
                storage: storage, identity: plan.identity, files: files,
                id: try await storage.connection.define(domain),
                snapshots: MachineSnapshots(connection: storage.connection, directories: storage.directories))
            do { try await body(guest) } catch {
                try? await guest.remove()  // the body's own failure is the one to report
                throw error
            }
            try await guest.remove()
        }
    }

    var connection: LibvirtConnection { storage.connection }
    var rawDisk: FilePath { Self.rawDisk(in: storage) }

    private func remove() async throws {
        try await stop()
        try await connection.undefine(id)
    }

    private static func rawDisk(in storage: StorageFixture) -> FilePath {
        storage.directory.path.appending("raw").appending("sectors.img")
    }

    private static func makeRawDisk(in storage: StorageFixture) throws {
        let disk = rawDisk(in: storage)
        try HostFiles.makeDirectory(disk.removingLastComponent())
        try AtomicFile.write([UInt8](repeating: 0x11, count: 1 << 20), to: disk, durable: false)
    }

    private static func definition(
        of identity: MachineIdentity, _ files: DomainFiles, _ kind: Kind, in storage: StorageFixture
    ) throws -> XMLElement {
        var spec = MachineSpec(name: Located(identity.name))
        spec.memory = ByteCount(bytes: 64 << 20)
        var options = LibvirtOptions()
        options.firmware = kind.usesUEFI ? .uefi : .bios
        options.disks = kind.disks
        // its socket would have a longer path than sockets may in the home of a session in a test
        options.hasAgentChannel = false
        let request = MachineRequest(
            identity: identity, record: [:], spec: spec, box: storage.box, access: Sample.access, hosts: [],
            forwards: [],
            logDirectory: storage.directory.path)
        var host = Sample.tcg
        host.scope = LibvirtURI(storage.connection.uri).scope
        var domain = try DomainDescription(request: request, options: options, host: host, files: files).xml
        guard kind.hasRawDisk else { return domain }
        let disk = XMLElement(
            "disk", ["type": "file", "device": "disk"],
            [
                XMLElement("driver", ["name": "qemu", "type": "raw"]),
                XMLElement("source", ["file": rawDisk(in: storage).string]),
                XMLElement("target", ["dev": "vdz", "bus": "virtio"]),
            ])
        domain.nodes = domain.nodes.map { node in
            guard case .element(var devices) = node, devices.name == "devices" else { return node }
            devices.nodes.append(.element(disk))
            return .element(devices)
        }
        return domain
    }
}

// MARK: - What it does

extension GuestFixture {
    func start() async throws { try await connection.start(id) }

    func stop() async throws {
        if try await connection.domainInfo(id).isActive { try await connection.powerOff(id, gracefully: false) }
    }

    func state() async throws -> DomainState { try await connection.domainInfo(id).state }

    /// Everything that the processor knows. Only of use while it stands still.
    func registers() async throws -> String { try await connection.monitorCommand(id, hmp: "info registers") }

    /// Writes a megabyte at the beginning of a disk, as the guest would.
    func write(_ byte: UInt8, to disk: Int = 0) async throws {
        guard try await connection.domainInfo(id).isActive else {
            return try await storage.write(byte, to: disks[disk])
        }
        try await act("write -q -P \(byte) 0 1M", on: disk)
    }

    /// What a disk begins with, for the guest too.
    func read(_ disk: Int = 0) async throws -> UInt8? {
        if try await connection.domainInfo(id).isActive { try await act("flush", on: disk) }
        return try await storage.firstByte(of: disks[disk])
    }

    private var disks: [FilePath] { [files.disk] + files.extraDisks }

    /// Has QEMU do something with a disk, as the guest's driver would.
    private func act(_ command: String, on disk: Int) async throws {
        let device = "/machine/peripheral/virtio-disk\(disk)/virtio-backend"
        let answer = try await connection.monitorCommand(id, hmp: "qemu-io -d \(device) \"\(command)\"")
        #expect(answer.filter { !$0.isWhitespace } == "")
    }

    func names() async throws -> [String] { try await snapshots.list(identity).map(\.name.rawValue) }

    /// The snapshots within an image, with their names, whoever made them.
    func tags(_ disk: Int = 0) async throws -> Int {
        let text = try await StorageFixture.run("qemu-img", "snapshot", "-U", "-l", disks[disk].string)
        return text.split(separator: "\n").filter { $0.first?.isNumber == true }.count
    }

    /// The file of the firmware's variables.
    var variables: FilePath { FilePath("/var/lib/libvirt/qemu/nvram/\(identity.domainName)_VARS.fd") }
}

extension SnapshotName {
    /// A name in a test.
    static func named(_ text: String) throws -> SnapshotName { try #require(SnapshotName(rawValue: text)) }
}
