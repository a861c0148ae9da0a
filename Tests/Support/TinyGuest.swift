import DevenvBoxes
import DevenvHost
import DevenvModel
import SystemPackage

/// How the tiny machine for tests is made: Debian's files, unpacked and never installed, around busybox.
enum TinyGuest {
    /// What becomes of the tree before it is made a disk.
    struct Finish {
        /// Run where `root` is, after everything else.
        var script = ""
        /// Files for the script.
        var files: [String: [UInt8]] = [:]
        /// Another configuration for GRUB.
        var configuration: String?
    }

    private static let packages = [
        "linux-image-cloud-amd64", "busybox-static", "dropbear-bin", "rsync", "openssh-sftp-server", "openssh-server",
    ]
    private static let arguments =
        "rw console=ttyS0 quiet mitigations=off cryptomgr.notests nokaslr audit=0 init_on_alloc=0 random.trust_cpu=on "
        + "panic=5"
    private static let size = ByteCount(bytes: 1 << 30)

    /// Everything that decides what comes out.
    static var recipe: [String] {
        packages + [
            arguments, size.description, assembly, startup, address, sudo, EarlyInit.script, FirstBoot.script,
            GrubConfiguration.file(DiskIdentity(of: "tiny"), arguments: arguments), "1",
        ]
    }

    static func commandLine(_ identity: DiskIdentity) -> String { "root=UUID=\(identity.rootFileSystem) \(arguments)" }

    /// Leaves `disk.qcow2`, `vmlinuz` and `initrd.img` in the directory.
    static func build(
        in directory: FilePath, identity: DiskIdentity, finishing finish: Finish = Finish()
    ) async throws {
        let work = directory.appending("work")
        let texts = [
            "assemble": assembly, "early-init": EarlyInit.script, "firstboot": FirstBoot.script, "rcS": startup,
            "udhcpc": address, "sudo": sudo, "finish": finish.script,
            "grub.cfg": finish.configuration ?? GrubConfiguration.file(identity, arguments: arguments),
        ]
        try HostFiles.makeDirectory(work)
        for (name, content) in texts.mapValues({ Array($0.utf8) }).merging(finish.files, uniquingKeysWith: { $1 }) {
            try AtomicFile.write(
                content, to: work.appending(name),
                mode: [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute], durable: false)
        }
        try await run(
            ToolInvocation(
                "mmdebstrap",
                [
                    "--quiet", "--variant=extract", "--format=tar", "--include=\(packages.joined(separator: ","))",
                    "--aptopt=Apt::Install-Recommends \"false\"", try TestBox.release(),
                    work.appending("packages.tar").string,
                ], timeout: .seconds(600)))
        for script in ["./assemble", "./finish"] {
            try await run(OwnerNamespace.current.enter(ToolInvocation("sh", [script], directory: work)))
        }
        try await DiskMaker(runner: SystemToolRunner()).make(
            directory.appending("disk.qcow2"), of: work.appending("root"), size: size, identity: identity, in: work)
        for name in ["vmlinuz", "initrd.img"] {
            try HostFiles.rename(work.appending(name), to: directory.appending(name))
        }
        try await run(OwnerNamespace.current.enter(ToolInvocation("rm", ["-r", work.string])))
    }

    private static func run(_ call: ToolInvocation) async throws {
        let outcome = try await SystemToolRunner().run(call)
        guard outcome.status == 0 else { throw TestDiskError(description: "\(call.tool): \(outcome.complaint)") }
    }
}
