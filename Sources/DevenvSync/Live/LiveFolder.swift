import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// One folder that is watched, from its beginning on: what is done when, in which order, after which failure.
struct LiveFolder: Sendable {
    let folder: SyncedFolder
    let endpoint: SSHEndpoint
    let communicator: any Communicator
    let lock: FilePath
    let synchronizer: RsyncSynchronizer
    let report: @Sendable (LiveEvent) -> Void

    private var rules: ExcludeRules { ExcludeRules(folder.exclude) }
    private static let longestPause = Duration.seconds(2)
    /// A folder that never stands still and has something that can't be read is not compared forever.
    private static let mostRepetitions = 3
    /// How long a machine may take to let somebody in; one whose processor is interpreted takes many seconds.
    private static let patience = Duration.seconds(60)

    /// Goes on until the task is cancelled. What keeps the first comparison from being made is thrown unless `patient`.
    func run(patient: Bool) async throws(SyncError) {
        var hasBegun = patient
        var pause = Duration.milliseconds(100)
        while !Task.isCancelled {
            do throws(SyncError) {
                try await attempt {
                    hasBegun = true
                    pause = .milliseconds(100)
                }
            } catch {
                if Task.isCancelled { return }
                guard hasBegun else { throw error }
                report(.waiting(error.description))
                try? await Task.sleep(for: pause)  // whoever cancels is seen above
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// Watches, compares, and sends what changes. Returns where everything has to be compared again.
    private func attempt(_ hasCompared: () -> Void) async throws(SyncError) {
        let tree = try await watched()
        try await reach()
        report(.comparing)
        let (receiver, problem) = try await compare(tree)
        hasCompared()
        report(.watching(problem: problem))
        try await sendChanges(of: tree, with: receiver)
    }

    private func watched() async throws(SyncError) -> FolderTree {
        let source = folder.source.value
        guard HostFiles.isDirectory(source) else {
            throw SyncError(
                "the folder '\(source)' is gone", help: "nothing is removed in the machine; put it back")
        }
        do throws(Errno) {
            let tree = try FolderTree(folder, rules: rules)
            try await tree.watchAll()
            return tree
        } catch { throw WatchLimit.error(error, source) }
    }

    private func reach() async throws(SyncError) {
        do throws(CommunicatorError) { try await communicator.waitUntilReady(timeout: Self.patience) } catch {
            throw SyncError(error.message, isCancellation: error.code == .cancelled)
        }
    }

    private func compare(
        _ tree: FolderTree
    ) async throws(SyncError) -> (receiver: RsyncCall.Receiver, problem: String?) {
        let attempt = "syncing '\(folder.source.value)' to '\(folder.target)'"
        return try await locked(tree) { () async throws(SyncError) in
            let receiver = try await ReceiverPreparation.run(folder, communicator, attempt)
            var problem = try await compareOnce(tree, receiver)
            // rsync removes nothing once it could not read something, which may have been a tree that was just being taken away
            var repetitions = 0
            while problem != nil, repetitions < Self.mostRepetitions, await tree.hasChanged {
                problem = try await compareOnce(tree, receiver)
                repetitions += 1
            }
            return (receiver, problem)
        }
    }

    /// Compares; returns what could not be sent.
    private func compareOnce(_ tree: FolderTree, _ receiver: RsyncCall.Receiver) async throws(SyncError) -> String? {
        do throws(Errno) { try await tree.forget() } catch { throw WatchLimit.error(error, folder.source.value) }
        let (began, moment) = (ContinuousClock.now, FileClock.now)
        FaultPoint.reach("sync.live.comparing")
        let comparison = LiveComparison(folder: folder, endpoint: endpoint, synchronizer: synchronizer)
        let (summary, problem) = try await comparison.run(with: receiver)
        report(.sent(summary, .now - began, isComparison: true, until: moment))
        return problem
    }

    /// Sends changes one after the other over one channel, as long as that works.
    private func sendChanges(of tree: FolderTree, with receiver: RsyncCall.Receiver) async throws(SyncError) {
        let channel = ReceiverChannel()
        let command = ReceiverScript.command(folder, receiver)
        let result = await withTaskGroup(of: Result<Void, SyncError>.self) { group in
            group.addTask { await Self.result { try await channel.run(command, over: communicator) } }
            group.addTask {
                await Self.result {
                    try await channel.begin()
                    try await send(from: tree, through: channel, receiver)
                }
            }
            let first = await group.next() ?? .success(())
            group.cancelAll()
            return first
        }
        try result.get()
    }

    private func send(from tree: FolderTree, through channel: ReceiverChannel, _ receiver: RsyncCall.Receiver)
        async throws
    {
        let builder = DeliveryBuilder(folder, rules, receiver)
        while true {
            let changes = try await tree.next()
            // what has changed may not have settled any more when the folder went away
            guard !changes.hasLostRoot, changes.comparison == nil, sendsSingleChanges,
                HostFiles.isDirectory(folder.source.value)
            else { return }
            guard let delivery = try await delivery(of: changes, by: builder, tree) else { return }
            if !delivery.isEmpty { try await send(delivery, until: changes.askedFor, through: channel, tree) }
        }
    }

    /// What is sent of changes now; nil where that is too much.
    private func delivery(
        of changes: PendingChanges, by builder: DeliveryBuilder, _ tree: FolderTree
    ) async throws(Errno) -> Delivery? {
        guard var delivery = try builder.delivery(of: changes) else { return nil }
        if Settling.holdsBack(delivery.removals, of: changes, at: .now) {
            await tree.hold(delivery.withdrawRemovals(changes), of: changes)
        }
        return delivery
    }

    private func send(
        _ delivery: Delivery, until moment: Duration, through channel: ReceiverChannel, _ tree: FolderTree
    ) async throws(SyncError) {
        let began = ContinuousClock.now
        try await locked(tree) { () async throws(SyncError) in
            do throws(CommunicatorError) { try await channel.send(delivery) } catch { throw SyncError(error.message) }
        }
        let summary = SyncSummary(changedFiles: delivery.summary.files, sentBytes: Int64(delivery.summary.bytes))
        report(.sent(summary, .now - began, isComparison: false, until: moment))
    }

    /// rsync's own arguments may choose files and change them: then each change goes by rsync.
    private var sendsSingleChanges: Bool { folder.arguments.isEmpty }

    /// Does something while nobody else sends this folder; what changes meanwhile is not lost.
    private func locked<Value: Sendable>(
        _ tree: FolderTree, _ body: @Sendable () async throws(SyncError) -> Value
    ) async throws(SyncError) -> Value {
        let lock = try await takeLock()
        defer { withExtendedLifetime(lock) {} }
        return try await withoutActuallyEscaping(body) { body in
            await withTaskGroup(of: Result<Value, SyncError>?.self) { group in
                group.addTask {
                    await tree.collect()
                    return nil
                }
                group.addTask {
                    do throws(SyncError) { return .success(try await body()) } catch { return .failure(error) }
                }
                var result: Result<Value, SyncError>?
                while result == nil, let next = await group.next() { result = next }
                group.cancelAll()
                return result ?? .failure(SyncError("interrupted", isCancellation: true))
            }
        }.get()
    }

    private func takeLock() async throws(SyncError) -> HeldFileLock {
        let held: HeldFileLock?
        do throws(HostError) { held = try await HeldFileLock.awaiting(lock, command: "sync") } catch {
            throw SyncError("taking the lock of the folder '\(folder.source.value)': \(error)")
        }
        guard let held else { throw SyncError("interrupted", isCancellation: true) }
        return held
    }

    private static func result(_ body: () async throws -> Void) async -> Result<Void, SyncError> {
        do {
            try await body()
            return .success(())
        } catch let error as SyncError {
            return .failure(error)
        } catch let error as CommunicatorError {
            return .failure(SyncError(error.message, isCancellation: error.code == .cancelled))
        } catch {
            return .failure(SyncError("watching a folder: \(error)"))
        }
    }
}
