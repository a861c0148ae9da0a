import DevenvHost
import SystemPackage

/// One of the files that a machine's output is kept in.
struct MachineLog: Sendable {
    /// What it is called: `console`, or `provision-NAME`.
    let name: String
    /// Where it is.
    let path: FilePath

    /// How much of a file's end is read at once, in bytes.
    private static let span: Int64 = 4 << 20

    /// Those in a directory: what the machine itself wrote first, then its provisioners.
    static func all(in directory: FilePath) throws(HostError) -> [MachineLog] {
        let names = try HostFiles.list(directory).filter { $0.hasSuffix(".log") }.map { String($0.dropLast(4)) }
        let order = names.sorted { ($0 == "console" ? 0 : 1, $0) < ($1 == "console" ? 0 : 1, $1) }
        return order.map { MachineLog(name: $0, path: directory.appending("\($0).log")) }
    }

    /// Its last lines, safe to show, and where they end.
    func tail(lines count: Int) throws(HostError) -> (lines: [String], end: Int64) {
        let size = try HostFiles.size(of: path)
        let bytes = try read(from: max(0, size - Self.span), upTo: size)
        var splitter = LineSplitter()
        var lines = splitter.feed(bytes)
        if let rest = splitter.finish() { lines.append(rest) }
        // the first is the end of a line that began before
        if size > Self.span, !lines.isEmpty { lines.removeFirst() }
        return (lines.suffix(count).map(SafeText.clean), size)
    }

    /// What was written since; from the beginning where the file is shorter by now.
    func news(since offset: Int64) throws(HostError) -> (bytes: [UInt8], end: Int64) {
        let size = try HostFiles.size(of: path)
        guard size != offset else { return ([], offset) }
        let begin = size < offset ? 0 : offset
        let end = min(size, begin + Self.span)
        return (try read(from: begin, upTo: end), end)
    }

    private func read(from begin: Int64, upTo end: Int64) throws(HostError) -> [UInt8] {
        try HostFiles.head(of: path, from: begin, count: Int(end - begin))
    }
}
