import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// What a real QEMU says about the descriptions, under a libvirtd of an ordinary user.
@Suite(
    .requiresRoot, .requires(tool: "libvirtd", "virsh", "tini", "setpriv", "qemu-system-x86_64", "qemu-img", "swtpm"),
    .serialized)
struct StartedDomainTests {
    @Test func machinesStartWithWhateverOptionsGive() async throws {
        try await PrivateLibvirt.with(.session) { libvirt in
            let connection = try await LibvirtConnection.open(libvirt.uri)
            for lines in Self.options {
                let read = try ReadMachine.read(libvirt: lines)
                #expect(read.problems == [])
                let files = try await disks(in: libvirt.home, extra: read.options.disks.count)
                let domain = DomainDescription(
                    request: Sample.request { $0.memory = ByteCount(bytes: 64 << 20) }, options: read.options,
                    host: HostAbilities(virtualization: .qemu, scope: .session), files: files)
                do {
                    let id = try await connection.define(domain.xml)
                    try await connection.start(id)
                    #expect(try await connection.domains(of: [id])[id]?.isActive == true)
                    try await connection.powerOff(id, gracefully: false)
                    try await connection.undefine(id)
                } catch {
                    Issue.record("\(lines): \(error)")
                }
            }
            await connection.close()
        }
    }

    private static let options = [
        "autostart: false", "machine_type: pc\ndisk_bus: sata\nnic_model: e1000", "nested: true\ncpu_model: EPYC",
        "cpu_features: {avx: disable}\nnested: false", "cpu_topology: {sockets: 1}", "firmware: uefi\ntpm: true",
        "firmware: uefi\nsecure_boot: true", "graphics: vnc", "graphics: spice\nvideo: qxl",
        "disk_bus: scsi\ndisk_discard: false\ndisk_cache: unsafe\nguest_agent: false",
        "disks: [1MiB, {size: 1MiB, bus: sata}, {size: 1MiB, bus: scsi}, {size: 1MiB, bus: usb}]",
        "shared_memory: true\nboot: [network, disk]", "qemu_args: [-name, other]\nqemu_env: {A: b}",
    ]

    private func disks(in home: FilePath, extra: Int) async throws -> DomainFiles {
        let base = try await disk("base", in: home)
        let files = DomainFiles(
            disk: try await disk("disk", in: home, over: base), bases: [base], seed: home.appending("seed.iso"),
            console: home.appending("console"), agentSocket: home.appending("agent"))
        try AtomicFile.write([UInt8](repeating: 0, count: 4096), to: home.appending("seed.iso"), durable: false)
        chown(home.appending("seed.iso").string, PrivateLibvirt.sessionUser, PrivateLibvirt.sessionUser)
        var result = files
        for number in 0..<extra { result.extraDisks.append(try await disk("extra-\(number)", in: home)) }
        return result
    }

    private func disk(_ name: String, in home: FilePath, over base: FilePath? = nil) async throws -> FilePath {
        let path = home.appending(name)
        let backing = base.map { ["-F", "qcow2", "-b", $0.string] } ?? []
        let call = ToolInvocation("qemu-img", ["create", "-q", "-f", "qcow2"] + backing + [path.string, "1M"])
        let outcome = try await SystemToolRunner().run(call)
        #expect(outcome.status == 0, "\(outcome.complaint)")
        chown(path.string, PrivateLibvirt.sessionUser, PrivateLibvirt.sessionUser)
        return path
    }
}
