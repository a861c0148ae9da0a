import DevenvHost
import SystemPackage

/// The calls that slices need.
enum SliceCall {
    /// Compresses a slice. On one thread, and of the same bytes always the same, so that a registry has it already.
    static func compress(_ bytes: [UInt8], limit: Int = 32 << 20) -> ToolInvocation {
        ToolInvocation(
            "zstd", ["--compress", "--stdout", "--quiet", "-3", "--single-thread", "-"], input: bytes,
            output: .captured(limit: limit))
    }

    /// The content of slices, one after another.
    static func decompress(_ blobs: [FilePath], output: ToolInvocation.Output = .captured(limit: 16 << 20))
        -> ToolInvocation
    {
        ToolInvocation(
            "zstd", ["--decompress", "--stdout", "--quiet", "--"] + blobs.map(\.string), output: output,
            timeout: .seconds(3600))
    }

    /// A tree as a file that is always the same for the same tree, times of files left out as its digest leaves them out.
    static func pack(_ tree: FilePath, to archive: FilePath) -> ToolInvocation {
        ToolInvocation(
            "tar",
            [
                "--create", "--file", archive.string, "--directory", tree.string, "--sort=name", "--numeric-owner",
                "--format=posix", "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime", "--mtime=@0",
                "--acls", "--xattrs", "--xattrs-include=*", "--sparse", "--hard-dereference", ".",
            ], timeout: .seconds(3600))
    }
}
