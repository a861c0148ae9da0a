import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

/// A machine of a test's own on an emulated processor: a layer above a disk image, and a seed. It is gone when the body
/// ends, however it ends.
struct EmulatedMachine {
    /// How a machine is put together.
    struct Shape: Sendable {
        /// What its disk is connected by.
        enum Bus: String, Sendable {
            case virtio, scsi, nvme, ide

            /// The arguments of QEMU for a disk that is declared under an identifier.
            func arguments(drive: String) -> [String] {
                switch self {
                case .virtio: ["-device", "virtio-blk-pci,drive=\(drive),bootindex=1"]
                case .scsi: ["-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=\(drive),bootindex=1"]
                case .nvme: ["-device", "nvme,serial=1,drive=\(drive),bootindex=1"]
                case .ide: ["-device", "ide-hd,bus=ide.0,drive=\(drive),bootindex=1"]
                }
            }
        }

        /// What its disk is connected by.
        var bus = Bus.virtio
        /// Whether UEFI starts it and not a BIOS.
        var isUEFI = false
        /// The size of its disk; nil for the image's.
        var size: ByteCount?
        /// What is started without a boot loader; nil for what is on its disk.
        var direct: TestGuest?
        /// Whether its seed is a CD-ROM on an IDE bus, and not a virtio disk.
        var hasCDROM = false
    }

    let directory: TemporaryDirectory
    private let access: TestAccess
    private let port: UInt16

    /// Starts a machine, waits until it lets `dev` in and runs the body.
    static func with(
        _ image: BoxImage, _ shape: Shape = Shape(), _ body: (EmulatedMachine) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            let machine = EmulatedMachine(
                directory: directory, access: try await TestAccess.make(in: directory), port: try LoopbackPort.free())
            try await machine.prepare(image, shape)
            let call = machine.emulator(shape)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await SystemToolRunner().run(call) }
                do {
                    try await machine.waitForSSH()
                    try await body(machine)
                } catch {
                    Issue.record("the machine's console: \(try directory.read("console") ?? "")")
                    throw error
                }
                group.cancelAll()
            }
        }
    }

    /// What a command in the machine says; its failure is the test's.
    func say(_ command: String, user: String? = nil, within limit: Duration = .seconds(60)) async throws -> String {
        let outcome = try await ssh(command, user: user, within: limit)
        #expect(outcome.status == 0, "\(command): \(outcome.complaint)")
        return String(outcome.text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// What the machine's guest agent answers.
    func askAgent(_ command: String) async throws -> String {
        let agent = directory.path.appending("agent").string
        let call = ToolInvocation(
            "socat", ["-t", "5", "-", "UNIX-CONNECT:\(agent)"], input: Array("{\"execute\":\"\(command)\"}\n".utf8))
        return try await SystemToolRunner().run(call).text
    }

    /// Starts the machine anew and waits until it lets in again.
    func restart() async throws {
        let before = try await say("cat /proc/sys/kernel/random/boot_id")
        _ = try await ssh("sudo -n reboot")
        try await eventually("the machine has started again", within: .seconds(240)) {
            guard try await listens() else { return false }
            // a connection that the restart met is never answered
            let outcome = try? await ssh("cat /proc/sys/kernel/random/boot_id", within: .seconds(10))
            return outcome?.status == 0 && outcome?.text.hasPrefix(before) == false
        }
    }

    /// Presses the power button and waits until the machine is off.
    func pressPowerButton() async throws {
        let monitor = directory.path.appending("monitor").string
        try await eventually("the machine is off", within: .seconds(180)) {
            let call = ToolInvocation(
                "socat", ["-t", "1", "-", "UNIX-CONNECT:\(monitor)"], input: Array("system_powerdown\n".utf8))
            return try await SystemToolRunner().run(call).status != 0
        }
    }

    /// Runs a command in the machine, however it ends.
    func ssh(
        _ command: String, user: String? = nil, within limit: Duration = .seconds(60)
    ) async throws -> ToolOutcome {
        var call = access.ssh(.loopback, port: port, user: user, command)
        call.timeout = limit
        return try await SystemToolRunner().run(call)
    }

    private func waitForSSH() async throws {
        try await eventually("SSH lets in", within: .seconds(600)) {
            guard try await listens() else { return false }
            return try await ssh("true").status == 0
        }
    }

    /// The emulator accepts connections before the machine listens; ssh would wait for long on such a one.
    private func listens() async throws -> Bool {
        let scan = ToolInvocation("ssh-keyscan", ["-T", "1", "-t", "ed25519", "-p", "\(port)", "127.0.0.1"])
        return try await !SystemToolRunner().run(scan).standardOutput.isEmpty
    }

    private func prepare(_ image: BoxImage, _ shape: Shape) async throws {
        let size = shape.size.map { ["\($0.bytes)"] } ?? []
        try await run(
            ToolInvocation(
                "qemu-img",
                [
                    "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", image.layers[0].string,
                    directory.path.appending("disk").string,
                ] + size))
        try directory.write("web\n", to: "seed/devenv/hostname")
        try directory.write("\(access.access.user)\n", to: "seed/devenv/user")
        try directory.write("10.9.8.7 db db.test\n10.9.8.6 web web.test\n", to: "seed/devenv/hosts")
        try directory.write(
            access.access.authorizedKeys.map { $0 + "\n" }.joined(), to: "seed/devenv/authorized_keys")
        try directory.write(access.access.hostKey.secret, to: "seed/devenv/ssh_host_ed25519_key")
        try directory.write(access.access.publicHostKey, to: "seed/devenv/ssh_host_ed25519_key.pub")
        try directory.write(
            "[Match]\nName=nothing\n", to: "seed/devenv/networks/10-extra.network")
        try await run(
            ToolInvocation(
                "xorriso",
                [
                    "-as", "mkisofs", "-quiet", "-volid", "cidata", "-rational-rock", "-o",
                    directory.path.appending("seed.iso").string, directory.path.appending("seed").string,
                ]))
    }

    private func run(_ call: ToolInvocation) async throws {
        let outcome = try await SystemToolRunner().run(call)
        try #require(outcome.status == 0, "\(call.tool): \(outcome.complaint)")
    }

    private func emulator(_ shape: Shape) -> ToolInvocation {
        func file(_ name: String) -> String { directory.path.appending(name).string }
        // the older kind of machine has the IDE bus that Debian's kernel for virtual machines knows
        let kind = shape.bus == .ide || shape.hasCDROM ? "pc" : "q35"
        var arguments = [
            "-nodefaults", "-machine", "\(kind),accel=tcg", "-cpu", "max,la57=off", "-smp", "1", "-m", "512",
            "-display", "none", "-serial", "file:\(file("console"))",
            "-monitor", "unix:\(file("monitor")),server,nowait",
            "-netdev", "user,id=net,domainname=devenv.test,hostfwd=tcp:127.0.0.1:\(port)-:22", "-device",
            "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng-pci",
            "-device", "virtio-serial", "-chardev", "socket,id=agent,path=\(file("agent")),server=on,wait=off",
            "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
            "-drive", "file=\(file("disk")),if=none,id=disk,cache=unsafe",
            "-drive", "file=\(file("seed.iso")),if=none,id=seed,format=raw,readonly=on",
            "-device", shape.hasCDROM ? "ide-cd,bus=ide.1,drive=seed" : "virtio-blk-pci,drive=seed",
        ]
        arguments += shape.bus.arguments(drive: "disk")
        if shape.isUEFI { arguments += ["-bios", "/usr/share/ovmf/OVMF.fd"] }
        if let guest = shape.direct {
            arguments += [
                "-kernel", guest.kernel.string, "-initrd", guest.initrd.string, "-append", guest.commandLine,
            ]
        }
        return ToolInvocation("qemu-system-x86_64", arguments, timeout: .seconds(600))
    }
}
