package import DevenvHost
package import SystemPackage

/// Calls of programs that work on whole disk images.
package enum ImageTools {
    /// Copies a file: by sharing its blocks where the file system can, otherwise with its holes.
    package static func copy(_ source: FilePath, to target: FilePath) -> ToolInvocation {
        ToolInvocation(
            "cp", ["--reflink=auto", "--sparse=always", "--", source.string, target.string], timeout: .seconds(3600))
    }

    /// Copies a file in the same way, with its owner and mode.
    package static func duplicate(_ source: FilePath, to target: FilePath) -> ToolInvocation {
        var call = copy(source, to: target)
        call.arguments.insert("--preserve=mode,ownership", at: 0)
        return call
    }

    /// Compares two files; status 0 for the same content, 1 for another.
    package static func compare(_ one: FilePath, _ other: FilePath) -> ToolInvocation {
        ToolInvocation("cmp", ["--silent", "--", one.string, other.string], timeout: .seconds(3600))
    }

    /// Copies what a machine sees of a disk that no machine uses, with its holes, as plain bytes.
    package static func flatten(_ disk: FilePath, to target: FilePath) -> ToolInvocation {
        ToolInvocation(
            "qemu-img", ["convert", "-q", "-f", "qcow2", "-O", "raw", "--", disk.string, target.string],
            timeout: .seconds(24 * 3600), endsWithCaller: true)
    }

    /// Saves the content of a disk that no machine uses, within its own file.
    package static func saveSnapshot(_ tag: String, of disk: FilePath) -> ToolInvocation { snapshot("-c", tag, disk) }

    /// Brings a disk that no machine uses back to what was saved within it.
    package static func restoreSnapshot(_ tag: String, of disk: FilePath) -> ToolInvocation {
        snapshot("-a", tag, disk)
    }

    /// Gives up what was saved within a disk that no machine uses.
    package static func deleteSnapshot(_ tag: String, of disk: FilePath) -> ToolInvocation { snapshot("-d", tag, disk) }

    /// What is known about a disk, its snapshots among it, as JSON; also while a machine uses it.
    package static func describe(_ disk: FilePath) -> ToolInvocation {
        ToolInvocation("qemu-img", ["info", "--force-share", "--output=json", "--", disk.string])
    }

    private static func snapshot(_ action: String, _ tag: String, _ disk: FilePath) -> ToolInvocation {
        ToolInvocation("qemu-img", ["snapshot", "-q", action, tag, "--", disk.string], timeout: .seconds(600))
    }
}
