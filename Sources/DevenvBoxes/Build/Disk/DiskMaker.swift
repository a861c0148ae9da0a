import DevenvCrypto
package import DevenvHost
package import DevenvModel
import Glibc
package import SystemPackage

/// Makes a disk image that starts by BIOS and by UEFI from the tree of a root file system.
///
/// The tree holds the kernel as /vmlinuz, its initial file system as /initrd.img, and /boot/grub/grub.cfg.
package struct DiskMaker: Sendable {
    /// Where the host's GRUB keeps its programs.
    private static let grub: FilePath = "/usr/lib/grub"

    private let runner: any ToolRunner
    private let namespace: OwnerNamespace

    /// Makes a maker.
    package init(runner: any ToolRunner, namespace: OwnerNamespace = .current) {
        self.runner = runner
        self.namespace = namespace
    }

    /// Makes `image` of a tree, with intermediate files in an existing directory; `image` is whole when this returns.
    package func make(
        _ image: FilePath, of tree: FilePath, size: ByteCount, identity: DiskIdentity, in scratch: FilePath
    ) async throws(BoxError) {
        let layout = DiskLayout(size: size)
        let disk = scratch.appending("disk.raw")
        try await run(DiskTools.allocate(layout, disk))
        try await run(DiskTools.partition(layout, identity, disk))
        // who owns what in the tree can be seen only in the name space that it was made in
        try await run(namespace.enter(DiskTools.makeRoot(layout, identity, tree: tree, disk)))
        try await installLoaders(layout, identity, disk, in: scratch)
        try await run(DiskTools.compress(disk, to: image))
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(disk) }
    }

    private func installLoaders(
        _ layout: DiskLayout, _ identity: DiskIdentity, _ disk: FilePath, in scratch: FilePath
    ) async throws(BoxError) {
        let configuration = scratch.appending("grub.cfg")
        try BoxError.wrap { () throws(HostError) in
            try AtomicFile.write(Array(GrubConfiguration.embedded(identity).utf8), to: configuration, durable: false)
        }
        let core = scratch.appending("core.img")
        try await run(DiskTools.makeLoader(.bios, configuration: configuration, core))
        try installCore(layout, core, disk)
        let loader = scratch.appending("loader.efi")
        try await run(DiskTools.makeLoader(.uefi, configuration: configuration, loader))
        try await run(DiskTools.makeSystem(layout, identity, disk))
        try await run(DiskTools.makeSystemDirectories(layout, disk))
        try BoxError.wrap { () throws(HostError) in try Self.date(loader) }
        try await run(DiskTools.installLoader(layout, loader, disk))
    }

    private func installCore(_ layout: DiskLayout, _ core: FilePath, _ disk: FilePath) throws(BoxError) {
        let boot = Self.grub.appending("i386-pc").appending("boot.img")
        let (first, second) = try BoxError.wrap { () throws(HostError) in
            (try HostFiles.read(boot) ?? [], try HostFiles.read(core) ?? [])
        }
        guard let code = BIOSBoot.code(first, coreAt: layout.core.start),
            let stage = BIOSBoot.core(second, at: layout.core.start), stage.count <= layout.core.bytes
        else {
            throw BoxError(
                .failed, "making a disk image: '\(boot)' and what grub-mkimage made are not as GRUB 2 has them",
                help: "run 'apt-get install grub-pc-bin'")
        }
        try BoxError.wrap { () throws(HostError) in
            try HostError.wrap("writing", disk) {
                let file = try FileDescriptor.open(disk, .writeOnly, options: [.closeOnExec])
                try file.closeAfter {
                    _ = try file.writeAll(toAbsoluteOffset: 0, code)
                    _ = try file.writeAll(toAbsoluteOffset: layout.core.offset, stage)
                }
            }
        }
    }

    /// The date of a file goes to the disk with it.
    private static func date(_ file: FilePath) throws(HostError) {
        let moment = timespec(tv_sec: Int(DiskTools.epoch) ?? 0, tv_nsec: 0)
        guard utimensat(AT_FDCWD, file.string, [moment, moment], 0) == 0 else {
            throw HostError("dating", file, Errno(rawValue: errno))
        }
    }

    private func run(_ call: ToolInvocation) async throws(BoxError) {
        let outcome: ToolOutcome
        do { outcome = try await runner.run(call) } catch { throw .tool(error, "making a disk image") }
        guard outcome.status != 0 else { return }
        throw BoxError(
            .failed, "making a disk image: '\(call.tool)' failed with status \(outcome.status): \(outcome.complaint)")
    }
}
