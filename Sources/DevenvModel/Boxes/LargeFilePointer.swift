/// What git has in the place of a large file that is yet to be fetched (Git LFS pointer file, specification version 1).
package enum LargeFilePointer {
    /// Whether a file that begins with these bytes is such a pointer, not the file that it stands for.
    package static func isOne(_ head: some Sequence<UInt8>) -> Bool {
        head.starts(with: "version https://git-lfs.github.com/spec/".utf8)
    }

    /// What to do about one in a directory.
    package static func help(in directory: String) -> String {
        "fetch what it stands for with 'git lfs pull' in \(directory)"
    }
}
