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
        /// The device that the disk is.
        var disk = "virtio-blk-pci"
        /// The controller that the device needs; nil for none.
        var controller: String?
        /// Whether UEFI starts it and not a BIOS.
        var isUEFI = false
        /// The size of its disk; nil for the image's.
        var size: ByteCount?
        /// Whether the kernel is started directly.
        var isDirect = false
        /// Whether it has a seed.
        var hasSeed = true
    }

    let directory: TemporaryDirectory
    private let access: TestAccess
    private let port: UInt16

    /// Starts a machine, waits until it lets `dev` in and runs the body.
    static func with(
        _ guest: TestGuest, _ shape: Shape = Shape(), _ body: (EmulatedMachine) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            let machine = EmulatedMachine(
                directory: directory, access: try await TestAccess.make(in: directory), port: try LoopbackPort.free())
            try await machine.prepare(guest, shape)
            let call = machine.emulator(guest, shape)
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
    func say(_ command: String, user: String? = nil) async throws -> String {
        let outcome = try await ssh(command, user: user)
        #expect(outcome.status == 0, "\(command): \(outcome.complaint)")
        return String(outcome.text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Presses the power button and waits until the machine is off.
    func pressPowerButton() async throws {
        let monitor = directory.path.appending("monitor").string
        try await eventually("the machine is off", within: .seconds(60)) {
            let call = ToolInvocation(
                "socat", ["-t", "1", "-", "UNIX-CONNECT:\(monitor)"], input: Array("system_powerdown\n".utf8))
            return try await SystemToolRunner().run(call).status != 0
        }
    }

    private func ssh(_ command: String, user: String? = nil) async throws -> ToolOutcome {
        try await SystemToolRunner().run(access.ssh(.loopback, port: port, user: user, command))
    }

    private func waitForSSH() async throws {
        try await eventually("SSH lets in", within: .seconds(240)) {
            // the emulator accepts connections before the machine listens; ssh would wait for long on such a one
            let scan = ToolInvocation("ssh-keyscan", ["-T", "1", "-t", "ed25519", "-p", "\(port)", "127.0.0.1"])
            guard try await !SystemToolRunner().run(scan).standardOutput.isEmpty else { return false }
            return try await ssh("true").status == 0
        }
    }

    private func prepare(_ guest: TestGuest, _ shape: Shape) async throws {
        let size = shape.size.map { ["\($0.bytes)"] } ?? []
        try await run(
            ToolInvocation(
                "qemu-img",
                [
                    "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", guest.disk.string,
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

    private func emulator(_ guest: TestGuest, _ shape: Shape) -> ToolInvocation {
        func file(_ name: String) -> String { directory.path.appending(name).string }
        var arguments = [
            "-nodefaults", "-machine", "q35,accel=tcg", "-cpu", "max,la57=off", "-smp", "1", "-m", "512",
            "-display", "none", "-serial", "file:\(file("console"))",
            "-monitor", "unix:\(file("monitor")),server,nowait",
            "-netdev", "user,id=net,hostfwd=tcp:127.0.0.1:\(port)-:22", "-device",
            "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng-pci",
        ]
        if shape.isUEFI { arguments += ["-bios", "/usr/share/ovmf/OVMF.fd"] }
        if let controller = shape.controller { arguments += ["-device", controller] }
        arguments += [
            "-drive", "file=\(file("disk")),if=none,id=disk,cache=unsafe", "-device",
            "\(shape.disk),drive=disk,bootindex=1",
        ]
        if shape.hasSeed {
            arguments += [
                "-drive", "file=\(file("seed.iso")),if=none,id=seed,format=raw,readonly=on", "-device",
                "virtio-blk-pci,drive=seed",
            ]
        }
        if shape.isDirect {
            arguments += [
                "-kernel", guest.kernel.string, "-initrd", guest.initrd.string, "-append", guest.commandLine,
            ]
        }
        return ToolInvocation("qemu-system-x86_64", arguments, timeout: .seconds(600))
    }
}
