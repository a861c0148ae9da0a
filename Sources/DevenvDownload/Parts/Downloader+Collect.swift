import DevenvHost
package import SystemPackage

extension Downloader {
    /// How long what is left of a download is kept: a day, and six more for the weekend.
    package static let partLifetime = Duration.seconds(7 * 86_400)

    /// Removes parts that no process works with, and that nothing was added to for so long (nil: whatever their age stays) or that
    /// are of no more use. Returns how many bytes that freed. With `isRehearsal` it only says how many it would.
    @discardableResult
    package func collectParts(
        olderThan age: Duration? = partLifetime, isRehearsal: Bool = false,
        orWhere isUseless: @Sendable (FilePath) -> Bool = { _ in false }
    ) async throws(DownloadError) -> Int64 {
        let attempt = "cleaning the downloads"
        let names = try DownloadError.wrap(attempt) { () throws(HostError) in try HostFiles.list(directory) }
        var freed: Int64 = 0
        // what comes from registries has a directory of its own, without a dot in its name
        for key in Set(
            names.filter { $0.contains(".") && !$0.hasPrefix("lock") }.compactMap { $0.split(separator: ".").first }
        ).sorted() {
            let place = PartPlace(key: String(key), in: directory)
            guard age.map({ Self.isOlder(place, than: $0) }) == true || isUseless(place.part) else { continue }
            guard let lock = try await PartLock.takeIfFree(place, command: "devenv box gc", attempt) else { continue }
            freed += (try? HostFiles.size(of: place.part)) ?? 0  // none where there is no part
            if !isRehearsal { try DownloadError.wrap(attempt) { () throws(HostError) in try place.removePart() } }
            await lock.release()
        }
        return freed
    }

    private static func isOlder(_ place: PartPlace, than age: Duration) -> Bool {
        let last = [place.part, place.record, place.lock].compactMap(FileClock.changed).max() ?? .zero
        return FileClock.now - last >= age
    }
}
