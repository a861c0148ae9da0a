import DevenvHost
import Glibc
import SystemPackage

extension Downloader {
    /// How long what is left of a download is kept: a day, and six more for the weekend.
    package static let partLifetime = Duration.seconds(7 * 86_400)

    /// Removes parts that nothing was added to for so long and that no process works with. Returns how many bytes that freed.
    /// With `isRehearsal` it only says how many it would.
    @discardableResult
    package func collectParts(
        olderThan age: Duration = partLifetime, isRehearsal: Bool = false
    ) async throws(DownloadError) -> Int64 {
        let attempt = "cleaning the downloads"
        let names = try DownloadError.wrap(attempt) { () throws(HostError) in try HostFiles.list(directory) }
        var freed: Int64 = 0
        for key in Set(names.filter { !$0.hasPrefix("lock") }.compactMap { $0.split(separator: ".").first }).sorted() {
            let place = PartPlace(key: String(key), in: directory)
            guard Self.isOlder(place, than: age) else { continue }
            guard let lock = try await PartLock.takeIfFree(place, command: "devenv box gc", attempt) else { continue }
            freed += (try? HostFiles.size(of: place.part)) ?? 0  // none where there is no part
            if !isRehearsal { try DownloadError.wrap(attempt) { () throws(HostError) in try place.removePart() } }
            await lock.release()
        }
        return freed
    }

    private static func isOlder(_ place: PartPlace, than age: Duration) -> Bool {
        let last = [place.part, place.record, place.lock].compactMap(changed).max() ?? .zero
        return FileClock.now - last >= age
    }

    private static func changed(_ path: FilePath) -> Duration? {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return nil }
        return .seconds(status.st_mtim.tv_sec) + .nanoseconds(status.st_mtim.tv_nsec)
    }
}
