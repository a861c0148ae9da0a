import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// Machines of a user without privileges, from their descriptions and seeds alone.
@Suite(
    .requiresRoot,
    .requires(
        tool: "libvirtd", "virsh", "tini", "setpriv", "qemu-system-x86_64", "qemu-img", "mmdebstrap", "xorriso",
        "mke2fs",
        "sfdisk", "mcopy", "ssh"))
struct UserMachineTests {
    @Test func twoMachinesAreWhoTheirSeedsSayAndReachEachOther() async throws {
        let guest = try await TestDisk.tiny()
        try await PrivateLibvirt.with(.session) { libvirt in
            try await TemporaryDirectory.with { keys in
                let access = try await TestAccess.make(in: keys)
                let connection = try await LibvirtConnection.open(libvirt.uri)
                let machines = try [("web", UInt32(10)), ("db", 11)].map { name, number in
                    try UserMachine(name: name, number: number, access: access, home: libvirt.home)
                }
                for machine in machines { try await machine.start(guest, on: connection) }
                for machine in machines { #expect(try await machine.say("hostname") == machine.name) }
                // the user-mode card comes first, then the wires in their order
                #expect(try await machines[0].say("ip -4 -o addr show eth0").contains(" 10.0.2.15/24 "))
                for machine in machines {
                    #expect(
                        try await machine.say("cat /sys/class/net/eth1/address") == machine.interface.mac.description)
                    let addresses = try await machine.say("ip -4 -o addr show eth1")
                    #expect(addresses.contains(" \(machine.interface.address)/24 "))
                }
                #expect(try await machines[0].say("sudo ping -c 3 -W 10 -q db").contains(" 0% packet loss"))
                await connection.close()
            }
        }
    }
}

/// A machine of `PrivateLibvirt`'s user, started from the tiny guest's kernel.
private struct UserMachine {
    let name: String
    let access: TestAccess
    let interface: NetworkInterface
    private let home: FilePath
    private let port: UInt16

    init(name: String, number: UInt32, access: TestAccess, home: FilePath) throws {
        self.name = name
        self.access = access
        self.home = home
        port = try LoopbackPort.free()
        let address = IPv4Address(value: 0x0A3C_0000 + number)
        interface = NetworkInterface(
            network: .standard, subnet: IPv4Subnet(address, prefixLength: 24), address: address,
            mac: MACAddress(for: address))
    }

    func start(_ guest: TestGuest, on connection: LibvirtConnection) async throws {
        var options = LibvirtOptions()
        options.kernel = DirectKernel(kernel: guest.kernel, initrd: guest.initrd, arguments: guest.commandLine)
        let domain = DomainDescription(
            request: request, options: options, host: HostAbilities(virtualization: .qemu, scope: .session),
            files: try await files(guest))
        let id = try await connection.define(domain.xml)
        try await connection.start(id)
        let rule = "tcp:127.0.0.1:\(port)-:22"
        _ = try await connection.monitorCommand(id, hmp: "hostfwd_add hostua-user \(rule)")
        try await eventually("'\(name)' lets in", within: .seconds(240)) {
            // QEMU accepts connections before the machine listens; ssh would wait for long on such a one
            let scan = ToolInvocation("ssh-keyscan", ["-T", "1", "-t", "ed25519", "-p", "\(port)", "127.0.0.1"])
            return try await !SystemToolRunner().run(scan).standardOutput.isEmpty
        }
    }

    /// What a command in the machine says, over a connection that knows its host key.
    func say(_ command: String) async throws -> String {
        let outcome = try await SystemToolRunner().run(access.ssh(.loopback, port: port, command))
        #expect(outcome.status == 0, "\(command): \(outcome.complaint)")
        return outcome.text.split(separator: "\n").joined(separator: "\n")
    }

    private var request: MachineRequest {
        let hosts = [("web", UInt32(10)), ("db", 11)].map { name, number in
            HostEntry(address: IPv4Address(value: 0x0A3C_0000 + number), names: [name])
        }
        return Sample.request(name, access: access.access, hosts: hosts) { spec in
            spec.memory = ByteCount(bytes: 256 << 20)
            spec.interfaces = [interface]
        }
    }

    private func files(_ guest: TestGuest) async throws -> DomainFiles {
        let disk = home.appending("\(name).qcow2")
        try await run("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", guest.disk.string, disk.string])
        let tree = home.appending("\(name).seed")
        for file in Seed(request: request, scope: .session).files {
            let path = tree.pushing(FilePath(file.path))
            try HostFiles.makeDirectory(path.removingLastComponent())
            try AtomicFile.write(
                file.bytes, to: path, mode: FilePermissions(rawValue: CModeT(file.mode)), durable: false)
        }
        let seed = home.appending("\(name).iso")
        let label = ["-volid", Seed.label, "-rational-rock"]
        try await run("xorriso", ["-as", "mkisofs", "-quiet"] + label + ["-o", seed.string, tree.string])
        for file in [disk, seed] { chown(file.string, PrivateLibvirt.sessionUser, PrivateLibvirt.sessionUser) }
        return DomainFiles(
            disk: disk, bases: [guest.disk], seed: seed, console: home.appending("\(name).log"),
            agentSocket: home.appending("\(name).agent"))
    }

    private func run(_ tool: String, _ arguments: [String]) async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments))
        #expect(outcome.status == 0, "\(tool): \(outcome.complaint)")
    }
}
