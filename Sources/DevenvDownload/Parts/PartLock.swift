import DevenvHost
import SystemPackage

/// The right to download a file, or to use what was downloaded; one process has it at a time.
///
/// Its file goes with it. So that nobody takes a lock on a file that is just being removed, both happen only under a lock on the
/// whole directory, which is held for moments.
struct PartLock: ~Copyable {
    private let place: PartPlace
    private let lock: FileLock

    /// Takes it, waiting for whoever has it.
    static func take(
        _ place: PartPlace, _ download: Download, _ events: @Sendable (DownloadEvent) -> Void
    ) async throws(DownloadError) -> PartLock {
        var said: Int?? = .none
        while true {
            switch try await attempt(place, command: "devenv: \(download.subject)", download.attempt) {
            case .taken(let lock): return PartLock(place: place, lock: lock)
            case .held(let holder):
                if said != .some(holder?.processID) { events(.waiting(processID: holder?.processID)) }
                said = .some(holder?.processID)
            }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { throw .interrupted(download.attempt) }
        }
    }

    /// Takes it where nobody has it.
    static func takeIfFree(_ place: PartPlace, command: String, _ attempt: String) async throws(DownloadError)
        -> PartLock?
    {
        switch try await self.attempt(place, command: command, attempt) {
        case .taken(let lock): PartLock(place: place, lock: lock)
        case .held: nil
        }
    }

    /// Gives it back, and removes its file.
    consuming func release() async {
        let place = place
        // a file that stays is not locked, and does no harm
        guard let guardian = try? await Self.guardian(place) else { return }
        try? HostFiles.remove(place.lockOwner)  // likewise
        try? HostFiles.remove(place.lock)  // likewise
        extendLifetime(guardian)
        extendLifetime(lock)
    }

    private static func attempt(
        _ place: PartPlace, command: String, _ attempt: String
    ) async throws(DownloadError) -> FileLock.Attempt {
        let guardian: FileLock?
        do { guardian = try await Self.guardian(place) } catch { throw .file(error, attempt) }
        guard let guardian else {
            if Task.isCancelled { throw .interrupted(attempt) }
            throw DownloadError(
                .busy, "\(attempt): another process has had the downloads locked for a minute", help: "try again later")
        }
        defer { extendLifetime(guardian) }
        return try DownloadError.wrap(attempt) { () throws(HostError) -> FileLock.Attempt in
            try FileLock.attempt(place.lock, command: command)
        }
    }

    /// The lock on the directory; nil where it can't be had.
    private static func guardian(_ place: PartPlace) async throws(HostError) -> FileLock? {
        try await FileLock.awaiting(
            place.directory.appending("lock"), command: "devenv", timeout: .seconds(60))
    }
}
