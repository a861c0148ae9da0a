import DevenvBoxes
import DevenvCrypto
import DevenvHost
import SystemPackage

/// How the tiny machine becomes a box for VirtualBox, packed as Vagrant packs them.
struct VagrantGuest {
    /// Another kernel than Debian's; it needs no drivers from files.
    let kernel: [UInt8]?
    let identity: DiskIdentity

    private static let console = "console=ttyS0,115200 panic=5 quiet"
    /// What Debian's kernel does for nobody here: each takes seconds where instructions are interpreted.
    private static let needless = [
        "trace_eval_init", "init_kprobe_trace", "cubictcp_register", "add_rtc_cmos", "crypto_kdf108_init",
        "slab_sysfs_init", "load_system_certificate_list",
    ]

    /// Everything that decides what comes out.
    var recipe: [String] {
        TinyGuest.recipe + [
            configuration, Self.script, Self.machine(capacity: 0), Self.vagrantfile,
            kernel.map { SHA256.hexadecimal(of: $0) } ?? "", "1",
        ]
    }

    /// Leaves `vagrant.box` in the directory.
    func build(in directory: FilePath) async throws {
        var files = ["key": LoginKey.vagrant.text, "button.s": Array(Self.button.utf8)]
        if let kernel { files["kernel"] = kernel }
        let finish = TinyGuest.Finish(script: Self.script, files: files, configuration: configuration)
        try await TinyGuest.build(in: directory, identity: identity, finishing: finish)
        try await pack(in: directory)
        for name in ["disk.qcow2", "vmlinuz", "initrd.img"] { try HostFiles.remove(directory.appending(name)) }
    }

    private var configuration: String {
        guard kernel == nil else {
            return "linux /vmlinuz root=/dev/sda3 rw \(Self.console)\nboot\n"
        }
        return """
            linux /vmlinuz root=UUID=\(identity.rootFileSystem) rw \(Self.console) mitigations=off cryptomgr.notests nokaslr \
            audit=0 init_on_alloc=0 random.trust_cpu=on initcall_blacklist=\(Self.needless.joined(separator: ","))
            initrd /initrd.img
            boot

            """
    }

    private func pack(in directory: FilePath) async throws {
        try await run(
            "qemu-img", "convert", "-O", "vmdk", "-o", "subformat=streamOptimized", "disk.qcow2", "box-disk001.vmdk",
            in: directory)
        let capacity = try await run("qemu-img", "info", "disk.qcow2", in: directory).text
            .split(separator: "\n").first { $0.hasPrefix("virtual size") }
            .flatMap { $0.split(separator: "(").last?.split(separator: " ").first }.flatMap { Int64($0) }
        let texts = [
            "box.ovf": Self.machine(capacity: capacity ?? 0), "Vagrantfile": Self.vagrantfile,
            "metadata.json": #"{"provider": "virtualbox"}"#,
        ]
        for (name, text) in texts {
            try AtomicFile.write(Array(text.utf8), to: directory.appending(name), durable: false)
        }
        let names = texts.keys.sorted() + ["box-disk001.vmdk"]
        try await run("tar", ["--create", "--gzip", "--file", "vagrant.box"] + names, in: directory)
        for name in names { try HostFiles.remove(directory.appending(name)) }
    }

    @discardableResult
    private func run(_ tool: String, _ arguments: String..., in directory: FilePath) async throws -> ToolOutcome {
        try await run(tool, arguments, in: directory)
    }

    @discardableResult
    private func run(_ tool: String, _ arguments: [String], in directory: FilePath) async throws -> ToolOutcome {
        let call = ToolInvocation(tool, arguments, directory: directory, timeout: .seconds(300))
        let outcome = try await SystemToolRunner().run(call)
        guard outcome.status == 0 else { throw TestDiskError(description: "\(tool): \(outcome.complaint)") }
        return outcome
    }
}
