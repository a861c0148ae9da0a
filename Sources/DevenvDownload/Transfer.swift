import DevenvHost
import SystemPackage

/// One call of curl: what follows a part, or a whole file, is written to the part.
struct Transfer: Sendable {
    let download: Download
    let part: Part
    /// What is known of the bytes that are there; nil where they can't be gone on with.
    let record: PartRecord?
    /// Where the rest begins; 0 for the whole file.
    let offset: Int64
    let events: @Sendable (DownloadEvent) -> Void

    /// How it ended.
    enum Ending: Sendable {
        /// All has come.
        case complete
        /// It broke off; another attempt may go on.
        case brokenOff(DownloadError, after: Duration?)
        /// The bytes that are there belong to another version of the file; they must go.
        case outdated(String)
        /// It can't succeed.
        case failed(DownloadError)
    }

    /// Runs it.
    func run() async -> Ending {
        let range = offset > 0 ? record?.validator.map { (start: offset, validator: $0) } : nil
        let call = CurlCall.transfer(download.address, range: range)
        do {
            let (outcome, ending) = try await SystemToolRunner().stream(call) { next in await receive(next) }
            if Task.isCancelled { return .failed(.interrupted(download.attempt)) }
            return conclude(outcome, ending)
        } catch { return .failed(.tool(error, download.attempt)) }
    }

    /// What came of the output; nil where it came to its end.
    private func receive(_ next: @Sendable () async throws -> [UInt8]?) async -> Ending? {
        var reader = HeadReader()
        do {
            while let piece = try await next() {
                switch reader.feed(piece) {
                case .incomplete: continue
                case .garbage: return .failed(garbage)
                case .complete(let head, let rest): return try await receive(head, rest, next)
                }
            }
            return nil
        } catch { return failure(error) }
    }

    private func receive(
        _ head: ResponseHead, _ rest: [UInt8], _ next: @Sendable () async throws -> [UInt8]?
    ) async throws -> Ending? {
        if let ending = try await prepare(head) { return ending }
        let total = head.totalLength ?? download.size
        let begun = await part.length
        events(.started(resumedAt: begun, total: total))
        if let ending = await lack(of: total.map { $0 - begun }) { return ending }
        try await store(rest, next, total: total)
        FaultPoint.reach("download.transfer.received")
        return nil
    }

    /// Makes the part ready for the body of a response; returns an ending where the body is of no use.
    private func prepare(_ head: ResponseHead) async throws -> Ending? {
        switch head.status {
        case 200:
            if head.isWebPage { return .failed(webPage) }
            try await part.startOver(
                PartRecord(
                    address: download.address.description, validator: head.validator, length: head.totalLength,
                    checksum: download.checksum))
            return nil
        case 206: return offset > 0 ? mismatch(head) : .failed(garbage)
        case 416: return offset > 0 ? .outdated("the file has become shorter") : .failed(garbage)
        default: return StatusFailure(head: head, attempt: download.attempt).ending
        }
    }

    /// The ending where a partial response is not the rest of what is there.
    private func mismatch(_ head: ResponseHead) -> Ending? {
        guard let range = head.contentRange, range.start == offset else {
            return .outdated("the server sent another part than it was asked for")
        }
        if let total = range.total, let known = record?.length, total != known {
            return .outdated("the file has changed its length")
        }
        if let validator = head.validator, validator != record?.validator {
            return .outdated("the file has changed")
        }
        return nil
    }

    private func lack(of wanted: Int64?) async -> Ending? {
        guard let wanted else { return nil }
        let room = await part.room()
        guard wanted > room else { return nil }
        return .failed(.tooLarge(download.attempt, wanted: wanted, room: room))
    }

    /// A point at every tenth that was passed, however much came at once.
    private func reach(from before: Int64, to position: Int64, of total: Int64) {
        let (first, last) = (before * 10 / max(1, total) + 1, min(10, position * 10 / max(1, total)))
        guard first <= last else { return }
        for tenth in first...last { FaultPoint.reach("download.transfer.tenth\(tenth)") }
    }

    private func store(
        _ rest: [UInt8], _ next: @Sendable () async throws -> [UInt8]?, total: Int64?
    ) async throws {
        var position = await part.length
        var meter = RateMeter(at: .now, bytes: position)
        var shown = ContinuousClock.now
        var piece: [UInt8]? = rest
        while let bytes = piece {
            try await part.append(bytes)
            if let total { reach(from: position, to: position + Int64(bytes.count), of: total) }
            position += Int64(bytes.count)
            let now = ContinuousClock.now
            if now - shown >= .milliseconds(200) {
                shown = now
                meter.add(position, at: now)
                events(.progress(meter.progress(total: total)))
            }
            piece = try await next()
        }
        meter.add(position, at: .now)
        events(.progress(meter.progress(total: total)))
    }

    private func conclude(_ outcome: ToolOutcome, _ ending: Ending?) -> Ending {
        if let ending { return ending }
        guard outcome.status != 0 else { return .complete }
        let error = CurlFailure.error(outcome, download.attempt)
        return CurlFailure.isTransient(outcome.status) ? .brokenOff(error, after: nil) : .failed(error)
    }

    private func failure(_ error: any Error) -> Ending {
        switch error {
        case _ where Task.isCancelled: .failed(.interrupted(download.attempt))
        case let error as HostError: .failed(.file(error, download.attempt))
        case let error as Part.UnknownAlgorithm: .failed(.unknownAlgorithm(error.algorithm, download.attempt))
        default: .failed(DownloadError(.failed, "\(download.attempt): \(error)"))
        }
    }

    private var garbage: DownloadError {
        DownloadError(.wrongContent, "\(download.attempt): the server's answer is not one of HTTP that makes sense")
    }

    private var webPage: DownloadError {
        DownloadError(
            .wrongContent, "\(download.attempt): the server sent a web page, not the file",
            help: "look at the address in a browser; a page to log in on means that curl needs your name and password, "
                + "which it takes from ~/.netrc")
    }
}
