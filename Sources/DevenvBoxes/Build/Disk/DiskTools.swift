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
        ToolInvocation(
            "qemu-img",
            [
                "convert", "-q", "-c", "-f", "raw", "-O", "qcow2", "-o", "compat=1.1,compression_type=zstd",
                disk.string, image.string,
            ], timeout: .seconds(3600))
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
