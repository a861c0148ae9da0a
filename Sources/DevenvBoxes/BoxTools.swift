import DevenvHost
import SystemPackage

/// The programs that the store calls.
enum BoxTools {
    /// Unpacks an archive, whose compression tar recognises by itself.
    ///
    /// `--xattrs` alone leaves out the security name space and with it file capabilities: ping is broken then.
    static func unpack(_ archive: FilePath, into target: FilePath) -> ToolInvocation {
        ToolInvocation(
            "tar",
            [
                "--extract", "--force-local", "--file", archive.string, "--directory", target.string, "--numeric-owner",
                "--preserve-permissions", "--same-owner", "--acls", "--xattrs", "--xattrs-include=*",
            ] + withoutDevices, timeout: .seconds(3600), endsWithCaller: true)
    }

    /// Only root of the host makes devices; machines get theirs when they start.
    private static var withoutDevices: [String] {
        UserRealm.current == nil ? [] : ["--anchored", "--exclude=./dev/*", "--exclude=dev/*"]
    }

    /// Packs the entries of a layer that a list names, without what only overlayfs reads.
    static func pack(_ list: FilePath, of layer: FilePath, to archive: FilePath) -> ToolInvocation {
        ToolInvocation(
            "tar",
            [
                "--create", "--file", archive.string, "--force-local", "--directory", layer.string, "--numeric-owner",
                "--format=posix", "--acls", "--xattrs", "--xattrs-include=*",
                "--xattrs-exclude=\(OverlayAttribute.prefix)*",
                "--sparse", "--no-recursion", "--null", "--files-from", list.string,
            ], timeout: .seconds(3600), endsWithCaller: true)
    }

    /// Unpacks a layer of an image, with the directory as the root of all it can reach, whatever the archive says.
    static func unpack(layer archive: FilePath, into target: FilePath) -> ToolInvocation {
        ToolInvocation(
            "bsdtar",
            [
                "-x", "-p", "--numeric-owner", "--same-owner", "--acls", "--xattrs", "--chroot", "-f", archive.string,
                "-C",
                target.string,
            ] + (UserRealm.current == nil ? [] : ["--exclude=^./dev/*", "--exclude=^dev/*"]),
            environment: ["LC_ALL": "C.UTF-8"], timeout: .seconds(3600))
    }

    /// Copies a directory's content with all that belongs to it; blocks are shared where the file system can, or the very files where
    /// they are linked.
    static func copy(_ directory: FilePath, to target: FilePath, isLinked: Bool = false) -> ToolInvocation {
        ToolInvocation(
            "cp",
            [
                "--archive", "--one-file-system", isLinked ? "--link" : "--reflink=auto", "--no-target-directory", "--",
                directory.string + "/.",  // a link to a directory is followed
                target.string,
            ], timeout: .seconds(3600), endsWithCaller: true)
    }

    /// Brings a file system's content to the disk: once for thousands of files, where fsync(2) takes one at a time.
    static func flush(_ path: FilePath) -> ToolInvocation {
        ToolInvocation("sync", ["--file-system", path.string], timeout: .seconds(600))
    }

    /// Brings one file to the disk.
    static func flush(file: FilePath) -> ToolInvocation {
        ToolInvocation("sync", ["--", file.string], timeout: .seconds(3600))
    }

    /// Looks through all tables of a disk image, read-only; no other format is guessed at, and no backing file opened. Tables
    /// that claim to be immense may make it ask for any amount of memory and time, and get no more than this; the tables of
    /// images of 10 TiB fit into a tenth of it.
    static func check(_ disk: FilePath) -> ToolInvocation {
        ToolInvocation(
            "prlimit",
            ["--as=\(4 << 30)", "--cpu=240", "--core=0", "--"] + [
                checker, "check", "-q", "-f", "qcow2", "--", disk.string,
            ],
            timeout: .seconds(300))
    }

    /// What looks through tables; where it is not installed, prlimit(1) ends with the status `notFound`.
    static let checker = "qemu-img"
    static let notFound = 127
}
