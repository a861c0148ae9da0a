package import SystemPackage

/// A line that was found out once and is kept for as long as nothing can have changed it: a text file with a line for each thing
/// that it depends on, and then the line itself. It is a cache: where it can't be read or written, it is found out again, and
/// where devenv keeps nothing yet, nothing is kept, as who only looks changes nothing.
package struct RememberedLine: Sendable {
    private let home: FilePath
    private let file: FilePath
    private let circumstances: [String]

    /// Names devenv's own directory and the file below it, and what the line depends on, as it is now: what differs from it is
    /// not recalled.
    package init(_ name: FilePath, in home: FilePath, under circumstances: [String]) {
        self.home = home
        file = home.pushing(name)
        self.circumstances = circumstances
    }

    /// What was kept under the same circumstances.
    package func recall() -> String? {
        let kept = (try? HostFiles.read(file, limit: 64 << 10)) ?? nil  // without it, it is found out again
        guard let kept else { return nil }
        let lines = String(decoding: kept, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == circumstances.count + 2, lines.last == "",
            lines.dropLast(2).map(String.init) == circumstances
        else { return nil }
        return String(lines[lines.count - 2])
    }

    /// Keeps a line, where there is the directory.
    package func keep(_ line: String) {
        guard HostFiles.exists(home) else { return }
        let text = (circumstances + [line, ""]).joined(separator: "\n")
        // whoever comes next finds it out again
        try? HostFiles.makeDirectory(file.removingLastComponent())
        try? AtomicFile.write(Array(text.utf8), to: file, durable: false)
    }
}
