import DevenvHost
import SystemPackage

/// The programs that make a disk image. None of them needs a loop device, a mount or root.
enum DiskTools {
    /// Times on the disk are not later than this, so that they don't tell two builds apart.
    static let epoch = "1700000000"
    private static let times = ["SOURCE_DATE_EPOCH": epoch, "E2FSPROGS_FAKE_TIME": epoch]

    /// Makes the file as large as the disk; nothing of it takes space yet.
    static func allocate(_ layout: DiskLayout, _ disk: FilePath) -> ToolInvocation {
        ToolInvocation("truncate", ["--size=\(layout.size)", disk.string])
    }

    /// Writes the partition table.
    static func partition(_ layout: DiskLayout, _ identity: DiskIdentity, _ disk: FilePath) -> ToolInvocation {
        ToolInvocation(
            "sfdisk", ["--quiet", "--no-reread", "--no-tell-kernel", disk.string],
            input: Array(layout.table(identity).utf8))
    }

    /// Makes the root file system with a tree in it, where its partition is. Blocks of 4 KiB, whatever the size: GRUB takes
    /// seconds longer to read a kernel from small ones. The kernel does not have to write tables later, at first use.
    static func makeRoot(
        _ layout: DiskLayout, _ identity: DiskIdentity, tree: FilePath, _ disk: FilePath
    ) -> ToolInvocation {
        ToolInvocation(
            "mke2fs",
            [
                "-q", "-F", "-t", "ext4", "-b", "4096", "-m", "1", "-L", "root", "-U", identity.rootFileSystem, "-E",
                "offset=\(layout.root.offset),hash_seed=\(identity.hashSeed),root_owner=0:0,"
                    + "lazy_itable_init=0,lazy_journal_init=0",
                "-d", tree.string, disk.string, "\(layout.root.bytes / 1024)k",
            ], environment: times, timeout: .seconds(3600))
    }

    /// Tells how many inodes there are, and how many are free.
    static func describeRoot(_ layout: DiskLayout, _ disk: FilePath) -> ToolInvocation {
        ToolInvocation("dumpe2fs", ["-h", place(layout, disk)])
    }

    /// Gives the first inodes one time: mke2fs takes the moments of access and change from the tree, which nobody can set.
    /// Versions from 1.47.1 on don't, and then nothing changes.
    static func settleTimes(_ layout: DiskLayout, commands: FilePath, _ disk: FilePath) -> ToolInvocation {
        ToolInvocation("debugfs", ["-w", "-f", commands.string, place(layout, disk)], environment: times)
    }

    /// The commands for `settleTimes`; the inodes below the tenth have been given no times but the root's.
    static func settlements(inodes: Int) -> String {
        let used = [2] + Array(11...max(11, inodes))
        let fields = ["atime", "ctime"]
        return used.flatMap { inode in fields.map { "set_inode_field <\(inode)> \($0) @\(epoch)\n" } }.joined()
    }

    /// The root file system, as e2fsprogs name it.
    private static func place(_ layout: DiskLayout, _ disk: FilePath) -> String {
        "\(disk)?offset=\(layout.root.offset)"
    }

    /// Tells how much the files of a tree take, in blocks of 4 KiB.
    static func measure(_ tree: FilePath) -> ToolInvocation {
        ToolInvocation("du", ["--summarize", "--one-file-system", "--block-size=4096", "--", tree.string])
    }

    /// Makes the file system of the EFI system partition, where it is.
    static func makeSystem(_ layout: DiskLayout, _ identity: DiskIdentity, _ disk: FilePath) -> ToolInvocation {
        ToolInvocation(
            "mkfs.vfat",
            [
                "--invariant", "-F", "16", "-i", identity.bootVolume, "-n", "EFI", "--offset", "\(layout.system.start)",
                "-h", "\(layout.system.start)", disk.string, "\(layout.system.bytes / 1024)",
            ], environment: times)
    }

    /// Makes the directories in which a firmware looks for a boot loader that nobody registered.
    static func makeSystemDirectories(_ layout: DiskLayout, _ disk: FilePath) -> ToolInvocation {
        ToolInvocation("mmd", ["-i", "\(disk)@@\(layout.system.offset)", "::/EFI", "::/EFI/BOOT"], environment: times)
    }

    /// Copies the boot loader there.
    static func installLoader(_ layout: DiskLayout, _ loader: FilePath, _ disk: FilePath) -> ToolInvocation {
        ToolInvocation(
            "mcopy",
            ["-m", "-i", "\(disk)@@\(layout.system.offset)", loader.string, "::/EFI/BOOT/BOOTX64.EFI"],
            environment: times)
    }

    /// Makes GRUB's program for one kind of firmware.
    static func makeLoader(_ firmware: BootFirmware, configuration: FilePath, _ target: FilePath) -> ToolInvocation {
        ToolInvocation(
            "grub-mkimage",
            [
                "--format=\(firmware.format)", "--config=\(configuration)", "--prefix=/boot/grub",
                "--output=\(target)",
            ] + firmware.modules, environment: times)
    }

    /// Turns the disk into an image that takes no more space than it needs.
    static func compress(_ disk: FilePath, to image: FilePath) -> ToolInvocation {
        convert(disk, to: image, ["-c", "-O", "qcow2", "-o", "compat=1.1,compression_type=zstd"])
    }

    /// The same as VirtualBox exports disks.
    static func compressForVirtualBox(_ disk: FilePath, to image: FilePath) -> ToolInvocation {
        convert(disk, to: image, ["-O", "vmdk", "-o", "subformat=streamOptimized"])
    }

    private static func convert(_ disk: FilePath, to image: FilePath, _ how: [String]) -> ToolInvocation {
        ToolInvocation(
            "qemu-img", ["convert", "-q", "-f", "raw"] + how + [disk.string, image.string], timeout: .seconds(3600),
            endsWithCaller: true)
    }
}

/// What starts a machine.
enum BootFirmware: Hashable, Sendable, CaseIterable {
    case bios, uefi

    var format: String { self == .bios ? "i386-pc" : "x86_64-efi" }

    /// What GRUB must have built in to find the root file system and to read its configuration from there.
    var modules: [String] {
        let common = [
            "part_gpt", "part_msdos", "ext2", "search_fs_uuid", "linux", "configfile", "normal", "test", "echo",
            "minicmd", "serial", "terminal",
        ]
        return (self == .bios ? ["biosdisk"] : ["fat"]) + common
    }
}
