package import SystemPackage

/// The program that runs now.
package enum OwnProgram {
    /// Where it is, wherever it was installed, proc(5) exe; nil where that can't be read. The kernel says so where the file was
    /// replaced while it ran: then its successor stands there.
    package static var path: FilePath? {
        guard let text = HostFiles.target(of: "/proc/self/exe")?.string else { return nil }
        let replaced = " (deleted)"
        return FilePath(text.hasSuffix(replaced) ? String(text.dropLast(replaced.count)) : text)
    }
}
