import DevenvHost
import DevenvModel
import Glibc
import SystemPackage

/// The watches on a folder and all directories below it that are not left out, with what they have told; on a thread of its own.
actor FolderTree {
    private nonisolated let executor: ThreadExecutor
    private let inotify: Inotify
    private let location: FolderLocation
    private let rules: ExcludeRules
    private var paths: [Int32: RelativePath] = [:]
    private var pending = PendingChanges()
    /// What was taken last and may be on its way as it is by now; nil while everything may be, in a comparison.
    private var taken: Set<RelativePath>?

    /// Begins to watch nothing yet.
    init(_ folder: SyncedFolder, rules: ExcludeRules) throws(Errno) {
        executor = try ThreadExecutor(name: "devenv live")
        inotify = try Inotify()
        location = FolderLocation(folder)
        self.rules = rules
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Watches everything. Throws `.noSpace` where the user has no watches left (inotify_add_watch(2)).
    func watchAll() throws(Errno) { try watch(.root, noting: false) }

    /// What has happened, once it has settled. Throws only where the queue can't be read, or the task is cancelled.
    func next() async throws(Errno) -> PendingChanges {
        while true {
            let ticket = executor.ticket()
            if Task.isCancelled { throw .canceled }
            try drain()
            let end = Settling.end(of: pending)
            if let end, end <= .now { return take() }
            await wait(ticket, until: end)
        }
    }

    /// Takes what has happened from the kernel, which keeps only so much of it, while nobody asks for it; until the task is cancelled.
    func collect() async {
        while !Task.isCancelled {
            let ticket = executor.ticket()
            // whoever asks next gets the error
            guard (try? drain()) != nil else { return }
            await wait(ticket, until: nil)
        }
    }

    /// Forgets what has happened: everything is about to be compared.
    func forget() throws(Errno) {
        try drain()
        let isLost = pending.hasLostRoot
        pending = PendingChanges()
        taken = nil
        if isLost { pending.loseRoot() }
    }

    /// Whether anything has happened since then.
    var hasChanged: Bool { pending.first != nil }

    /// Gives back what is not to be removed in the machine yet.
    func hold(_ gone: [RelativePath: PendingChanges.Change], of changes: PendingChanges) {
        pending.hold(gone, of: changes)
    }

    private func wait(_ ticket: ThreadExecutor.Ticket, until end: ContinuousClock.Instant?) async {
        let executor = executor
        await withTaskCancellationHandler {
            await executor.wait(ticket, for: ThreadExecutor.Readiness(inotify.descriptor), until: end)
        } onCancel: {
            executor.wake()
        }
    }

    private func take() -> PendingChanges {
        defer { pending = PendingChanges() }
        taken = Set(pending.everything.keys)
        return pending
    }

    private func isUnsent(_ path: RelativePath) -> Bool { taken.map { !$0.contains(path) } ?? false }

    private func drain() throws(Errno) {
        pending.askedFor = FileClock.now
        for event in try inotify.read() { try handle(event) }
    }

    private func handle(_ event: InotifyEvent) throws(Errno) {
        if event.isOverflow { return pending.compare(because: "more has changed than the kernel can tell") }
        guard let directory = paths[event.watch] else { return }
        if event.endsWatch { paths[event.watch] = nil }
        guard !event.name.isEmpty else { return handle(event, of: directory) }
        let path = directory.appending(event.name)
        guard !rules.leaveOut(path, isDirectory: event.isOfDirectory) else { return }
        if event.removes {
            pending.noteRemoval(path, isDirectory: event.isOfDirectory)
            // of what was in it, nothing is told; and it may still be watched under a name that is no longer its own
            if event.movesAway, event.isOfDirectory { pending.compare(because: "a directory was moved") }
        } else {
            pending.note(path, isMade: event.isCreation && isUnsent(path))
            if event.adds, event.isOfDirectory { try watch(path, noting: true) }
        }
    }

    /// An event of a watched directory itself. What becomes of one below the folder, the one above it tells, too.
    private func handle(_ event: InotifyEvent, of directory: RelativePath) {
        if event.loses {
            if directory == .root { pending.loseRoot() }
        } else if !event.endsWatch {
            pending.note(directory)
        }
    }

    /// Watches a directory and all below it. What is found in one that is new has changed: it may have come before the watch.
    private func watch(_ top: RelativePath, noting: Bool) throws(Errno) {
        var left = [top]
        while let directory = left.popLast() {
            let path = location.path(of: directory)
            guard try watch(path, directory) else { continue }
            for (name, isDirectory) in try Self.entries(of: path) {
                let entry = directory.appending(name)
                guard !rules.leaveOut(entry, isDirectory: isDirectory) else { continue }
                if noting { pending.note(entry) }
                if isDirectory { left.append(entry) }
            }
        }
    }

    /// False for a directory that is gone again, or that may not be looked into: the comparison complains of that.
    private func watch(_ path: [UInt8], _ directory: RelativePath) throws(Errno) -> Bool {
        do throws(Errno) {
            paths[try inotify.watch(path, followingLink: directory == .root)] = directory
            return true
        } catch {
            guard [.noSuchFileOrDirectory, .notDirectory, .permissionDenied].contains(error) else { throw error }
            return false
        }
    }

    private static func entries(of path: [UInt8]) throws(Errno) -> [(name: [UInt8], isDirectory: Bool)] {
        do throws(Errno) { return try DirectoryEntries.list(path) } catch {
            guard error == .permissionDenied else { throw error }
            return []
        }
    }
}
