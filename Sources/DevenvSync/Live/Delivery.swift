import DevenvHost

/// What is sent of the changes of a folder: what the machine does in which order, and an archive of what it lacks; pure.
struct Delivery: Sendable {
    /// An archive of files and links, without its end.
    private(set) var archive: [UInt8] = []
    /// How many are in it.
    private(set) var entries = 0
    /// What of them is content, in bytes.
    private(set) var contentBytes = 0
    /// What is gone and was no directory, as far as is known.
    var removedFiles: [RelativePath] = []
    /// Directories that are gone, or in whose place something else stands now.
    var removedDirectories: [RelativePath] = []
    /// Directories that are there, with their permission bits.
    var directories: [(path: RelativePath, mode: UInt32)] = []

    private let receiver: RsyncCall.Receiver
    /// The directories that files are for, with the files.
    private var groups: [RelativePath: [RelativePath]] = [:]

    /// Where the machine keeps what has come until it is whole, below the folder: on the same file system, and where nothing of
    /// this host is ever sent to.
    static let staging = RelativePath(".devenv/live")
    /// Files of more directories than these are put into their places by one rsync in the machine rather than by a mv for each
    /// directory; to start a program takes longer than to copy a small file again.
    private static let manyGroups = 6

    init(for receiver: RsyncCall.Receiver) { self.receiver = receiver }

    /// Whether there is nothing to do.
    var isEmpty: Bool {
        entries == 0 && removedFiles.isEmpty && removedDirectories.isEmpty && directories.isEmpty
    }

    /// How many entries are gone.
    var removals: Int { removedFiles.count + removedDirectories.count }

    /// What it moves.
    var summary: (files: Int, bytes: Int) { (entries + removedFiles.count, contentBytes) }

    /// Sends a file with its content, or a link, under the name that it has in the staging directory until all have come.
    mutating func add(_ path: RelativePath, _ kind: TarEntry.Kind, like entry: FolderEntry, content: [UInt8] = []) {
        groups[path.parent ?? .root, default: []].append(path)
        let tar = TarEntry(
            name: Self.staging.appending(path.bytes).bytes, kind: kind, mode: entry.mode, seconds: entry.seconds,
            nanoseconds: entry.nanoseconds)
        archive += tar.header(owner: receiver.owner, group: receiver.group)
        archive += content
        archive.append(contentsOf: repeatElement(0, count: tar.padding))
        entries += 1
        contentBytes += content.count
    }

    /// Takes out what is gone, for later; what makes room for something else stays.
    mutating func withdrawRemovals(_ changes: PendingChanges) -> [RelativePath: PendingChanges.Change] {
        let all = changes.everything
        let placed = Set(groups.values.joined())
        let cleared = removedDirectories.filter { placed.contains($0) }
        func makesRoom(_ path: RelativePath) -> Bool { cleared.contains { path.isWithin($0) } }
        let gone = (removedFiles + removedDirectories).filter { !makesRoom($0) }
        removedFiles.removeAll { !makesRoom($0) }
        removedDirectories.removeAll { !makesRoom($0) }
        return Dictionary(gone.map { ($0, all[$0] ?? PendingChanges.Change()) }) { first, _ in first }
    }

    /// What the machine's shell does once the archive is unpacked: makes room, makes directories, and renames each file into its
    /// place, so that whoever reads it finds the old content or the new. Directories that still hold something, which then
    /// is left out here, stay.
    var script: [UInt8] {
        var script = ReceiverScriptText()
        script.add("rm -f --", removedFiles.map(\.quoted))
        let removed = removedDirectories.sorted { $0.depth > $1.depth }
        script.add("rmdir --", removed.map(\.quoted), then: " 2>/dev/null || :")
        let placed = Set(groups.values.joined())
        script.add("drop", removed.filter { !placed.contains($0) }.map(\.quoted))
        let made = directories.sorted { $0.path.depth < $1.path.depth }
        script.add("make", made.map(\.path.quoted))
        placeFiles(&script)
        if receiver.isPrivileged {
            let owner = ShellWord.quote("\(receiver.owner):\(receiver.group)")
            script.add("chown \(owner) --", made.map(\.path.quoted))
        }
        for (mode, paths) in Dictionary(grouping: made, by: \.mode).sorted(by: { $0.key < $1.key }) {
            script.add("chmod \(String(mode, radix: 8)) --", paths.map(\.path.quoted))
        }
        return script.bytes
    }

    private func placeFiles(_ script: inout ReceiverScriptText) {
        guard groups.count <= Self.manyGroups else {
            return script.add("place", [Array((receiver.isPrivileged ? "-og" : "-l").utf8)])
        }
        for (directory, paths) in groups {
            let names = paths.map { Self.staging.appending($0.bytes).quoted }
            script.add("mv -f --", names, last: directory.quotedDirectory)
        }
    }
}
