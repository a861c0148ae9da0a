import DevenvHost
import SystemPackage

/// The programs of e2fsprogs that work on a file system within a file. None of them needs a loop device, a mount or root.
enum ExtTools {
    /// How they are told where in a file a file system begins.
    static func device(_ disk: FilePath, offset: Int64) -> String {
        offset == 0 ? disk.string : "\(disk)?offset=\(offset)"
    }

    /// Copies a part of a disk to a file of its own, with holes.
    static func extract(_ part: RawDisk.Part, of disk: FilePath, to file: FilePath) -> ToolInvocation {
        copy(
            disk, file,
            ["iflag=skip_bytes,count_bytes", "skip=\(part.offset)", "count=\(part.length)", "conv=sparse"])
    }

    /// Copies a file to where a hole of its size is in a disk.
    static func putBack(_ file: FilePath, to part: RawDisk.Part, in disk: FilePath) -> ToolInvocation {
        copy(file, disk, ["oflag=seek_bytes", "seek=\(part.offset)", "conv=notrunc,sparse"])
    }

    /// Makes a hole of a part of a disk.
    static func punch(_ part: RawDisk.Part, in disk: FilePath) -> ToolInvocation {
        ToolInvocation(
            "fallocate",
            ["--punch-hole", "--offset", "\(part.offset)", "--length", "\(part.length)", disk.string])
    }

    private static func copy(_ source: FilePath, _ target: FilePath, _ options: [String]) -> ToolInvocation {
        ToolInvocation(
            "dd", ["if=\(source)", "of=\(target)", "bs=1M", "status=none"] + options, timeout: .seconds(24 * 3600),
            endsWithCaller: true)
    }

    /// Completes what its journal holds and puts right what is not; status 4 and more: something is left.
    static func check(_ device: String) -> ToolInvocation { fsck(["-f", "-y"], device) }

    /// Writes all directories anew, so that nothing is left of names that are gone.
    static func rewriteDirectories(_ device: String) -> ToolInvocation { fsck(["-f", "-y", "-D"], device) }

    /// Makes holes of all blocks that nothing is in. It does so only where nothing has to be put right.
    static func discard(_ device: String) -> ToolInvocation { fsck(["-f", "-y", "-E", "discard"], device) }

    /// Looks whether all is right, and changes nothing.
    static func inspect(_ device: String) -> ToolInvocation { fsck(["-f", "-n"], device) }

    private static func fsck(_ options: [String], _ device: String) -> ToolInvocation {
        ToolInvocation("e2fsck", options + [device], timeout: .seconds(3600))
    }

    /// What is known of it as a whole.
    static func describe(_ device: String) -> ToolInvocation { ToolInvocation("dumpe2fs", ["-h", device]) }

    /// Takes its journal away, with all that is still in it.
    static func removeJournal(_ device: String) -> ToolInvocation {
        ToolInvocation("tune2fs", ["-O", "^has_journal", device], timeout: .seconds(600))
    }

    /// Gives it an empty journal.
    static func addJournal(_ device: String, megabytes: Int) -> ToolInvocation {
        ToolInvocation("tune2fs", ["-j", "-J", "size=\(megabytes)", device], timeout: .seconds(600))
    }

    /// The content of one file.
    static func content(of file: String, _ device: String) -> ToolInvocation {
        ToolInvocation("debugfs", ["-R", "cat \(file)", device])
    }

    /// Carries out the commands in a file.
    static func commands(_ script: FilePath, _ device: String, isWriting: Bool) -> ToolInvocation {
        ToolInvocation(
            "debugfs", (isWriting ? ["-w"] : []) + ["-f", script.string, device], output: .captured(limit: 256 << 20),
            timeout: .seconds(600))
    }

    /// The partitions of a disk; status 1 where it has none.
    static func partitions(_ disk: FilePath) -> ToolInvocation { ToolInvocation("sfdisk", ["--json", disk.string]) }

    /// What each program is in.
    static let package = "e2fsprogs"
}
