import DevenvHost
import SystemPackage

/// A file system ext2, ext3 or ext4 in a file, which debugfs(8) reads and changes.
struct ExtFileSystem: GuestTree {
    let device: String
    let runner: any ToolRunner
    /// A directory for what debugfs reads and writes.
    let scratch: FilePath
    let attempt: String

    init(_ disk: FilePath, offset: Int64, runner: any ToolRunner, scratch: FilePath, attempt: String) {
        device = ExtTools.device(disk, offset: offset)
        self.runner = runner
        self.scratch = scratch
        self.attempt = attempt
    }

    func list(_ directories: Set<String>) async throws(BoxError) -> [String: [GuestEntry]] {
        let asked = directories.sorted()
        // with the dot at its end, a link to a directory is followed
        let commands = try asked.map { path throws(BoxError) in "ls -p \(try quote(path + "/."))" }
        let outcome = try await run(commands, isWriting: false)
        var answers: [[GuestEntry]] = []
        for line in outcome.text.split(separator: "\n") {
            if answers.count < commands.count, line == "debugfs: \(commands[answers.count])" {
                answers.append([])
            } else if let last = answers.indices.last, let entry = Self.entry(line) {
                if entry.name != ".", entry.name != ".." { answers[last].append(entry) }
            } else {
                throw BoxError(
                    .invalid, "\(attempt): a file in it has a name with a line break, or one that can't be read",
                    help: "remove it in the machine: it is in one of \(asked.prefix(4).joined(separator: ", ")) …")
            }
        }
        return Dictionary(zip(asked, answers)) { first, _ in first }
    }

    /// `/13/100644/5/6/hosts/12/`: inode, type and mode, owner, group, name, size.
    static func entry(_ line: Substring) -> GuestEntry? {
        let fields = line.split(separator: "/", omittingEmptySubsequences: false)
        guard fields.count == 8, fields[0].isEmpty, fields[7].isEmpty, let mode = UInt32(fields[2], radix: 8),
            let user = UInt32(fields[3]), let group = UInt32(fields[4])
        else { return nil }
        let kinds: [UInt32: HostFiles.Kind] = [0o100000: .file, 0o040000: .directory, 0o120000: .link]
        return GuestEntry(
            name: String(fields[5]), kind: kinds[mode & 0o170000] ?? .other,
            owner: GuestOwner(user: user, group: group, mode: mode & 0o7777))
    }

    func read(_ file: String) async throws(BoxError) -> [UInt8] {
        let outcome = try await run(ExtTools.content(of: try quote(Self.inside(GuestPlace(file))), device))
        try check(outcome)
        return outcome.standardOutput
    }

    func apply(_ change: GuestChange) async throws(BoxError) {
        guard !change.isEmpty else { return }
        var commands: [String] = []
        for removal in change.removals {
            commands.append("\(removal.isDirectory ? "rmdir" : "rm") \(try quote(Self.inside(removal.place)))")
        }
        for (index, writing) in change.writings.enumerated() {
            let source = scratch.appending("content-\(index)")
            let label = scratch.appending("label-\(index)")
            try BoxError.wrap { () throws(HostError) in
                try AtomicFile.write(writing.bytes, to: source, durable: false)
            }
            commands += try await self.commands(for: writing, source, label: label)
        }
        try check(try await run(commands, isWriting: true))
    }

    /// What puts a file in the place of another, with owner, mode and security label.
    private func commands(
        for writing: GuestChange.Writing, _ source: FilePath, label: FilePath
    ) async throws(BoxError) -> [String] {
        let name = try quote(writing.place.name)
        var hasLabel = false
        if writing.isReplacing {
            try BoxError.wrap { () throws(HostError) in try HostFiles.remove(label) }
            // one without a label is an error that means just that
            _ = try await run(
                ["ea_get -f \(label) \(try quote(Self.inside(writing.place))) security.selinux"], isWriting: false)
            hasLabel = ((try? HostFiles.size(of: label)) ?? 0) > 0  // none was written then
        }
        return ["cd \(try quote(writing.place.directory + "/."))"] + (writing.isReplacing ? ["rm \(name)"] : [])
            + [
                "write \(source) \(name)", "sif \(name) mode 0\(String(0o100000 | writing.owner.mode, radix: 8))",
                "sif \(name) uid \(writing.owner.user)", "sif \(name) gid \(writing.owner.group)",
            ] + (hasLabel ? ["ea_set -f \(label) \(name) security.selinux"] : [])
    }

    /// A link in the place of the directory is followed, one in the place of the name is not.
    private static func inside(_ place: GuestPlace) -> String { "\(place.directory)/./\(place.name)" }

    /// A path as an argument of debugfs.
    private func quote(_ path: String) throws(BoxError) -> String {
        guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }), path.utf8.count < 4096 else {
            throw BoxError(
                .invalid, "\(attempt): a file in it has a name with control characters",
                help: "remove it in the machine: \(path.filter { !$0.isNewline })")
        }
        return "\"" + path.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private func run(_ commands: [String], isWriting: Bool) async throws(BoxError) -> ToolOutcome {
        let script = scratch.appending("commands")
        try BoxError.wrap { () throws(HostError) in
            try AtomicFile.write(Array((commands.joined(separator: "\n") + "\n").utf8), to: script, durable: false)
        }
        let outcome = try await run(ExtTools.commands(script, device, isWriting: isWriting))
        // without a file system it carries out none of them, and says so for each
        if outcome.complaints.contains(where: { $0.contains("ilesystem not open") }) { try check(outcome) }
        return outcome
    }

    private func run(_ call: ToolInvocation) async throws(BoxError) -> ToolOutcome {
        do { return try await runner.run(call) } catch { throw .tool(error, attempt) }
    }

    private func check(_ outcome: ToolOutcome) throws(BoxError) {
        guard outcome.status != 0 || !outcome.complaints.isEmpty else { return }
        throw BoxError(
            .failed, "\(attempt): debugfs: \(outcome.complaints.prefix(3).joined(separator: "; "))",
            help: "packaging it with --keep-identity takes nothing out of it")
    }
}

extension ToolOutcome {
    /// What debugfs says beside its own name and version.
    fileprivate var complaints: [Substring] {
        String(decoding: standardError, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("debugfs 1.") }
    }
}
