import DevenvCrypto
package import DevenvHost
import SystemPackage

/// Downloads files with curl, one process each at a time, so that what broke off is gone on with.
package struct Downloader: Sendable {
    let directory: FilePath
    private let retry: RetryPolicy

    /// Makes a downloader that keeps its parts in a directory of a host. Nothing is made or read.
    package init(directories: HostDirectories, retry: RetryPolicy = .standard) {
        directory = directories.downloads
        self.retry = retry
    }

    /// Downloads a file and lends it to `use`; then it goes, unless `use` throws something that `keeping` says is no fault of the
    /// file.
    ///
    /// Where another process downloads or uses the same file, it is waited for; then `present` is asked whether what was wanted
    /// is there now. Cancelling the task keeps what has come, and throws `.cancelled`.
    ///
    /// `ahead` may work on the file while it comes; where it gives a value, or throws, once the file is whole, `use` is not asked.
    /// It must not act on what it has read before that, and comes back when the file is abandoned.
    package func fetch<Value: Sendable>(
        _ download: Download, events: @escaping @Sendable (DownloadEvent) -> Void = { _ in },
        present: @Sendable () async throws -> Value? = { nil },
        keeping: @Sendable (any Error) -> Bool = { _ in false },
        ahead: @escaping @Sendable (ArrivingFile) async throws -> Value? = { _ in nil },
        use: @Sendable (DownloadedFile) async throws -> Value
    ) async throws -> Value {
        let place = PartPlace(download.address, in: directory)
        try DownloadError.wrap(download.attempt) { () throws(HostError) in
            try HostFiles.makeDirectory(directory, mode: .ownerReadWriteExecute)
        }
        let lock = try await PartLock.take(place, download, events)
        do {
            let value: Value
            if let there = try await present() {
                value = there
                try? place.removePart()  // what is left of a download is of no more use
            } else {
                let (file, early) = try await receive(download, place, events, ahead)
                value = try await lend(file, place, keeping) { file in
                    if let value = try early.get() { return value }
                    return try await use(file)
                }
            }
            await lock.release()
            return value
        } catch {
            await lock.release()
            throw error
        }
    }

    private func lend<Value: Sendable>(
        _ file: DownloadedFile, _ place: PartPlace, _ keeping: @Sendable (any Error) -> Bool,
        _ use: @Sendable (DownloadedFile) async throws -> Value
    ) async throws -> Value {
        do {
            let value = try await use(file)
            FaultPoint.reach("download.fetch.used")
            // nobody needs it any more; what can't be removed now, the garbage collection finds
            try? place.removePart()
            return value
        } catch {
            if !keeping(error), !Task.isCancelled { try? place.removePart() }  // the first error is the one to tell
            throw error
        }
    }
}

// From nothing, or from a part, to a whole file.
extension Downloader {
    /// The file, and what came of it meanwhile.
    private func receive<Value: Sendable>(
        _ download: Download, _ place: PartPlace, _ events: @escaping @Sendable (DownloadEvent) -> Void,
        _ ahead: @escaping @Sendable (ArrivingFile) async throws -> Value?
    ) async throws(DownloadError) -> (DownloadedFile, Result<Value?, any Error>) {
        let arrival = ArrivingFile(place.part)
        async let early = Self.result { try await ahead(arrival) }
        do throws(DownloadError) {
            let file = try await receive(download, place, arrival, events)
            FaultPoint.reach("download.fetch.verified")
            arrival.complete(sha256: file.checksum.algorithm == .sha256 ? file.checksum.hexadecimal : nil)
            return (file, await early)
        } catch {
            arrival.abandon()
            _ = await early
            throw error
        }
    }

    private static func result<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }

    private func receive(
        _ download: Download, _ place: PartPlace, _ arrival: ArrivingFile,
        _ events: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws(DownloadError) -> DownloadedFile {
        let part = Part(place, download.checksum?.algorithm ?? .sha256, arrival)
        var record = try await takeUp(part, place, download, events)
        var failures = 0
        while true {
            let offset = await part.length
            let transfer = Transfer(download: download, part: part, record: record, offset: offset, events: events)
            let ending = await transfer.run()
            record = try DownloadError.wrap(download.attempt) { () throws(HostError) in
                try PartRecord.read(place.record)
            }
            switch ending {
            case .complete:
                if let file = try await verified(part, record, place, download) { return file }
                throw .incomplete(download.attempt)
            case .failed(let error): throw error
            case .outdated(let reason):
                try await startOver(part, place, download)
                record = nil
                events(.startingOver(reason: reason))
                failures += 1
                guard failures < 3 else { throw .changing(download.attempt) }
            case .brokenOff(let error, let asked):
                failures = await part.length > offset ? 1 : failures + 1
                guard let pause = retry.pause(after: failures, asked: asked) else { throw error }
                events(.retrying(reason: error.message, after: pause))
                do { try await Task.sleep(for: pause) } catch { throw .interrupted(download.attempt) }
                if record?.validator == nil { try await startOver(part, place, download) }
            }
        }
    }

    /// Takes up what an earlier attempt left, where it can be told that it is of this file; otherwise it goes.
    private func takeUp(
        _ part: Part, _ place: PartPlace, _ download: Download, _ events: @Sendable (DownloadEvent) -> Void
    ) async throws(DownloadError) -> PartRecord? {
        let record = try DownloadError.wrap(download.attempt) { () throws(HostError) in
            try PartRecord.read(place.record)
        }
        let size = (try? HostFiles.size(of: place.part)) ?? 0  // none where there is no part
        guard size > 0 else { return nil }
        guard let record, record.validator != nil, record.checksum == download.checksum, size <= record.length ?? .max
        else {
            try await startOver(part, place, download)
            events(.startingOver(reason: "what is there of an earlier download can't be told to be of this file"))
            return nil
        }
        // of a part that is whole the last byte is asked for again: only so the server says whether it is still the same file
        let limit = min(size, record.length.map { $0 - 1 } ?? size)
        do { try await part.resume(upTo: limit) } catch let error as HostError {
            throw .file(error, download.attempt)
        } catch let error as Part.UnknownAlgorithm {
            throw .unknownAlgorithm(error.algorithm, download.attempt)
        } catch { throw .interrupted(download.attempt) }
        return record
    }

    private func startOver(_ part: Part, _ place: PartPlace, _ download: Download) async throws(DownloadError) {
        do { try await part.drop() } catch { throw .file(error, download.attempt) }
    }

    /// The file, where it is whole and what it must be. One that is not goes.
    private func verified(
        _ part: Part, _ record: PartRecord?, _ place: PartPlace, _ download: Download
    ) async throws(DownloadError) -> DownloadedFile? {
        let length = await part.length
        if let whole = record?.length, length < whole { return nil }
        let found: Checksum?
        do { found = try await part.finish() } catch { throw .file(error, download.attempt) }
        guard let found else { return nil }
        if let size = download.size, size != length {
            try? place.removePart()  // nothing that is not what was asked for is gone on with
            throw .wrongSize(download.attempt, expected: size, found: length)
        }
        if let expected = download.checksum, expected != found {
            try? place.removePart()  // likewise
            throw .wrongChecksum(download.attempt, expected: expected, found: found)
        }
        return DownloadedFile(path: place.part, size: length, checksum: found)
    }
}
