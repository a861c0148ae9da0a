import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// Calls of tar(1) that write a box to the standard output: the same bytes whenever the box is the same.
enum PackCall {
    /// A box for Vagrant and for devenv: texts that lie in a directory, then the box's files, which lie beside each other. gzip is
    /// what every Vagrant reads; holes are left to it, as where they are differs from file system to file system.
    static func box(
        _ files: [FilePath], _ format: BoxImage.Format, texts: [String], in directory: FilePath, isCompressed: Bool
    ) -> ToolInvocation {
        let names = files.compactMap { $0.lastComponent?.string }
        // the one disk of a box has this name for every Vagrant
        let renaming = format == .qcow2 && names.count == 1 ? ["--transform=flags=r;s,^\(names[0])$,box.img,"] : []
        return ToolInvocation(
            "tar",
            ["--create", "--file=-", "--format=ustar", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"]
                + ["--mode=0644"] + (isCompressed ? ["--use-compress-program=gzip --no-name -6"] : [])
                + ["--dereference", "--force-local"] + renaming + ["--directory", directory.string] + texts
                + ["--directory", files[0].removingLastComponent().string] + names,
            timeout: .seconds(24 * 3600))
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
