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
        try await makeRoot(layout, identity, of: tree, disk, in: scratch)
        try await installLoaders(layout, identity, disk, in: scratch)
        try await run(DiskTools.compress(disk, to: image))
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(disk) }
    }

    private func makeRoot(
        _ layout: DiskLayout, _ identity: DiskIdentity, of tree: FilePath, _ disk: FilePath, in scratch: FilePath
    ) async throws(BoxError) {
        // who owns what in the tree can be seen only in the name space that it was made in
        let call = namespace.enter(DiskTools.makeRoot(layout, identity, tree: tree, disk))
        let outcome = try await result(of: call)
        guard outcome.status == 0 else { throw try await tooSmall(layout, tree, outcome) }
        let description = try await run(DiskTools.describeRoot(layout, disk)).text
        guard let inodes = InodeCount(description)?.used else {
            throw BoxError(.failed, "making a disk image: 'dumpe2fs' does not say how many inodes there are")
        }
        let commands = scratch.appending("settle")
        try BoxError.wrap { () throws(HostError) in
            try AtomicFile.write(Array(DiskTools.settlements(inodes: inodes).utf8), to: commands, durable: false)
        }
        try await run(DiskTools.settleTimes(layout, commands: commands, disk))
    }

    /// Why the root file system could not be made: most often there is more in the tree than room for it.
    private func tooSmall(_ layout: DiskLayout, _ tree: FilePath, _ outcome: ToolOutcome) async throws(BoxError)
        -> BoxError
    {
        let words = outcome.complaint
        let measured = try await result(of: namespace.enter(DiskTools.measure(tree)))
        let blocks = measured.text.split { $0.isWhitespace }.first.flatMap { Int64($0) } ?? 0
        let needed = layout.needed(blocks: blocks)
        guard words.contains("populating file system") || words.contains("Could not allocate"), needed > layout.size
        else {
            return BoxError(.failed, "making a disk image: 'mke2fs' failed with status \(outcome.status): \(words)")
        }
        return BoxError(
            .invalid,
            "making a disk image: a disk of \(ByteCount(bytes: layout.size)) is too small for a tree of "
                + "\(ByteCount(bytes: (blocks >> 8) << 20))",
            help: "it must have \(ByteCount(bytes: needed)) or more", part: .size)
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

    @discardableResult private func run(_ call: ToolInvocation) async throws(BoxError) -> ToolOutcome {
        let outcome = try await result(of: call)
        guard outcome.status != 0 else { return outcome }
        throw BoxError(
            .failed, "making a disk image: '\(call.tool)' failed with status \(outcome.status): \(outcome.complaint)")
    }

    func result(of call: ToolInvocation) async throws(BoxError) -> ToolOutcome {
        do { return try await runner.run(call) } catch { throw .tool(error, "making a disk image") }
    }
}

/// How many inodes a file system has, as dumpe2fs tells it.
struct InodeCount: Hashable, Sendable {
    /// How many are in use. New file systems have them at the front.
    let used: Int

    init?(_ description: String) {
        func number(_ name: String) -> Int? {
            let line = description.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            return line.flatMap { Int($0.filter(\.isNumber)) }
        }
        guard let count = number("Inode count"), let free = number("Free inodes"), free <= count else { return nil }
        used = count - free
    }
}
