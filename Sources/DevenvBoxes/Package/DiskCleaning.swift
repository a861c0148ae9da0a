import DevenvHost
import SystemPackage

/// Takes what is a machine's own out of copies of its disks.
///
/// It is done in the file system itself, by e2fsprogs: nothing is mounted, as what a machine wrote must not reach this host's
/// kernel, and nothing needs root. What was in blocks that are free now, in the journal, in swap space and in the slack of
/// directories goes too, and in the end the whole disk is searched for the host keys that were there.
struct DiskCleaning: Sendable {
    let runner: any ToolRunner
    /// A directory of this process's own.
    let scratch: FilePath
    let attempt: String

    /// Cleans the disks, which are files of this process's own. `removal` says what goes, after a look at the root file system.
    func clean(
        _ disks: [FilePath], _ removal: (ExtFileSystem) async throws(BoxError) -> IdentityRemoval
    ) async throws(BoxError) -> IdentityRemoval.Result {
        let root = try await root(of: disks)
        let result = try await apart(root) { file throws(BoxError) in try await clean(file, removal) }
        let texts = result.secrets.flatMap(Self.traces)
        for disk in disks where !texts.isEmpty {
            guard try await !RawDisk(path: disk).holds(texts) else {
                throw refusal(
                    "one of its host keys is still somewhere on its disks, outside of /etc/ssh",
                    "remove the copy in the machine, and try again")
            }
        }
        return result
    }

    /// Cleans a file system that is a file.
    private func clean(
        _ file: FilePath, _ removal: (ExtFileSystem) async throws(BoxError) -> IdentityRemoval
    ) async throws(BoxError) -> IdentityRemoval.Result {
        let tree = ExtFileSystem(file, offset: 0, runner: runner, scratch: scratch, attempt: attempt)
        let check = try await outcome(ExtTools.check(tree.device))
        guard check.status < 4 else {
            throw refusal(
                "its root file system is damaged: \(check.complaint)", "run fsck in the machine, and try again")
        }
        try await requireOneFileSystem(tree)
        let journal = try await journal(of: tree.device)
        if journal != nil { try await require(ExtTools.removeJournal(tree.device)) }
        let result = try await removal(tree).apply(to: tree)
        FaultPoint.reach("boxes.package.removed")
        try await require(ExtTools.rewriteDirectories(tree.device), atMost: 1)
        try await require(ExtTools.discard(tree.device), atMost: 1)
        if let journal { try await require(ExtTools.addJournal(tree.device, megabytes: journal)) }
        try await require(ExtTools.inspect(tree.device))
        return result
    }

    /// Has `body` work on a partition as a file of its own: what a journal holds, e2fsck completes only where a file system begins
    /// with its file.
    private func apart(
        _ root: (disk: RawDisk, part: RawDisk.Part), _ body: (FilePath) async throws(BoxError) -> IdentityRemoval.Result
    ) async throws(BoxError) -> IdentityRemoval.Result {
        guard root.part.offset > 0 else { return try await body(root.disk.path) }
        let file = scratch.appending("root")
        try await require(ExtTools.extract(root.part, of: root.disk.path, to: file))
        try await require(ExtTools.punch(root.part, in: root.disk.path))
        let result = try await body(file)
        try await require(ExtTools.putBack(file, to: root.part, in: root.disk.path))
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(file) }
        return result
    }

    /// Lines of a private key that nothing else holds: its last full ones, which are random. Of a key in another form, none.
    static func traces(of key: [UInt8]) -> [[UInt8]] {
        let lines = String(decoding: key, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard lines.first?.hasPrefix("-----BEGIN") == true, lines.count > 4 else { return [] }
        return lines.dropFirst(2).dropLast(2).filter { $0.utf8.count >= 64 }.suffix(1).map { Array($0.utf8) }
    }

    /// The one file system with the system in it. Swap space that is met on the way is emptied.
    private func root(of disks: [FilePath]) async throws(BoxError) -> (disk: RawDisk, part: RawDisk.Part) {
        var found: [(disk: RawDisk, part: RawDisk.Part)] = []
        for disk in disks.map(RawDisk.init(path:)) {
            for part in try await parts(of: disk) {
                switch try BoxError.wrap({ () throws(HostError) in try disk.content(of: part) }) {
                case .swap: try BoxError.wrap { () throws(HostError) in try disk.emptySwap(part) }
                case .ext where try await isRoot(disk, part.offset): found.append((disk, part))
                case .ext, .other: continue
                }
            }
        }
        if let root = found.first, found.count == 1 { return root }
        throw refusal(
            found.isEmpty
                ? "no file system ext2, ext3 or ext4 with its /etc/passwd was found on its disks"
                : "\(found.count) systems were found on its disks",
            "take out what is the machine's own in the machine itself, such as host keys, machine-id and logs, and package "
                + "it with --keep-identity, which copies it as it is")
    }

    private func parts(of disk: RawDisk) async throws(BoxError) -> [RawDisk.Part] {
        let listing = try await outcome(ExtTools.partitions(disk.path))
        if listing.status == 0, let parts = RawDisk.parts(listing: listing.standardOutput) { return parts }
        let size = try BoxError.wrap { () throws(HostError) in try HostFiles.size(of: disk.path) }
        return [RawDisk.Part(offset: 0, length: size)]
    }

    private func isRoot(_ disk: RawDisk, _ offset: Int64) async throws(BoxError) -> Bool {
        let tree = ExtFileSystem(disk.path, offset: offset, runner: runner, scratch: scratch, attempt: attempt)
        return try await tree.list(["/etc"])["/etc"]?.contains { $0.name == "passwd" } ?? false
    }

    /// Throws where the system has parts of it on other file systems, which nobody looks into.
    private func requireOneFileSystem(_ tree: ExtFileSystem) async throws(BoxError) {
        let isThere =
            try await tree.list(["/etc"])["/etc"]?.contains { $0.name == "fstab" && $0.kind == .file } ?? false
        guard isThere else { return }
        let other = Self.mounts(table: String(decoding: try await tree.read("/etc/fstab"), as: UTF8.self))
        guard let other = other.first else { return }
        throw refusal(
            "it has '\(other)' on a file system of its own, which is not looked into",
            "take out what is the machine's own in the machine itself, and package it with --keep-identity, which copies "
                + "it as it is")
    }

    /// Where fstab(5) mounts something that may hold what is a machine's own.
    static func mounts(table: String) -> [String] {
        let watched = ["/etc", "/home", "/root", "/tmp", "/var"]
        return table.split(whereSeparator: \.isNewline).compactMap { line in
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count >= 3, !fields[0].hasPrefix("#"), !["tmpfs", "swap", "proc"].contains(fields[2]) else {
                return nil
            }
            let target = String(fields[1])
            return watched.contains { target == $0 || target.hasPrefix($0 + "/") } ? target : nil
        }
    }

    /// The size of its journal in megabytes; nil where it has none.
    private func journal(of device: String) async throws(BoxError) -> Int? {
        let description = try await outcome(ExtTools.describe(device))
        guard description.status == 0 else {
            throw refusal("dumpe2fs can't read its root file system: \(description.complaint)", nil)
        }
        return Self.journal(description.text)
    }

    /// What dumpe2fs(8) says of it: `Total journal size: 4096k`, or `Journal size: 64M`.
    static func journal(_ description: String) -> Int? {
        for line in description.split(separator: "\n") {
            let words = line.split(separator: ":", maxSplits: 1)
            guard words.count == 2, ["Journal size", "Total journal size"].contains(words[0]) else { continue }
            let text = words[1].filter { !$0.isWhitespace }
            guard let number = Int(text.filter(\.isNumber)) else { return nil }
            return max(1, text.hasSuffix("M") ? number : number / 1024)
        }
        return nil
    }

    private func require(_ call: ToolInvocation, atMost status: Int = 0) async throws(BoxError) {
        let outcome = try await outcome(call)
        guard outcome.status > status else { return }
        if HostFiles.isFull(scratch) { throw .diskFull(attempt) }
        throw refusal("'\(call.tool)' failed with status \(outcome.status): \(outcome.complaint)", nil)
    }

    private func outcome(_ call: ToolInvocation) async throws(BoxError) -> ToolOutcome {
        do { return try await runner.run(call) } catch { throw .tool(error, attempt) }
    }

    private func refusal(_ reason: String, _ help: String?) -> BoxError {
        BoxError(.invalid, "\(attempt): \(reason)", help: help)
    }
}
