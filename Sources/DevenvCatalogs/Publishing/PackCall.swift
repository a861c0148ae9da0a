import DevenvHost
import SystemPackage

/// Calls of tar(1) that write a box to the standard output: the same bytes whenever the box is the same.
enum PackCall {
    /// A box for Vagrant and for devenv. gzip is what every Vagrant reads; holes are left to it, as where they are differs from file
    /// system to file system.
    static func disk(_ disk: FilePath, metadata: FilePath) -> ToolInvocation {
        let name = disk.lastComponent?.string ?? ""
        return ToolInvocation(
            "tar",
            [
                "--create", "--file=-", "--format=ustar", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner",
                "--mode=0644", "--use-compress-program=gzip --no-name -6", "--dereference", "--force-local",
                "--transform=flags=r;s,^\(name)$,box.img,",
                "--directory", metadata.removingLastComponent().string, metadata.lastComponent?.string ?? "",
                "--directory", disk.removingLastComponent().string, name,
            ], timeout: .seconds(24 * 3600))
    }

    /// A tree, with all that its manifest tells; times are those of its files.
    static func tree(_ tree: FilePath) -> ToolInvocation {
        ToolInvocation(
            "tar",
            [
                "--create", "--file=-", "--format=posix", "--sort=name", "--numeric-owner", "--acls", "--xattrs",
                "--xattrs-include=*", "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
                "--use-compress-program=zstd --threads=0 -6 --quiet", "--force-local", "--directory", tree.string, ".",
            ], timeout: .seconds(24 * 3600))
    }
}
