import DevenvCrypto
package import DevenvHost
import SystemPackage

/// Reads small files from web servers, any number in one call of curl; of those that have not changed since nothing is sent.
package struct DocumentReader: Sendable {
    private let cache: DocumentCache
    private let runner: any ToolRunner

    /// Makes a reader that keeps what it reads in a directory of a host. Nothing is made or read.
    package init(directories: HostDirectories, runner: any ToolRunner) {
        cache = DocumentCache(directory: directories.catalogCache)
        self.runner = runner
    }

    /// Reads one document.
    package func read(_ request: DocumentRequest) async throws(DownloadError) -> Document {
        guard let first = try await read([request]).first else { throw DownloadError(.failed, request.attempt) }
        return try first.get()
    }

    /// Reads documents; in the order in which they were asked for.
    package func read(_ requests: [DocumentRequest]) async throws(DownloadError) -> [Result<Document, DownloadError>] {
        guard let first = requests.first else { return [] }
        let attempt = requests.count == 1 ? first.attempt : "reading \(requests.count) documents"
        let directory = cache.directory.appending("reading-" + SecureRandom.hexadecimal(digits: 12))
        try DownloadError.wrap(attempt) { () throws(HostError) in
            try HostFiles.makeDirectory(directory, mode: .ownerReadWriteExecute)
        }
        defer { try? HostFiles.remove(directory) }  // what is left there is never looked at
        let batch = CurlBatch(items: try requests.map(item), directory: directory)
        let outcome: ToolOutcome
        do { outcome = try await runner.run(batch.call) } catch { throw .tool(error, attempt) }
        let reports = batch.reports(outcome.standardOutput)
        return requests.indices.map { index in
            do throws(DownloadError) {
                return .success(try document(index, requests[index], reports[index], batch, outcome))
            } catch { return .failure(error) }
        }
    }

    private func item(_ request: DocumentRequest) throws(DownloadError) -> CurlBatch.Item {
        let known = try DownloadError.wrap(request.attempt) { () throws(HostError) in try cache.entry(request.address) }
        return CurlBatch.Item(address: request.address, known: known)
    }

    private func document(
        _ index: Int, _ request: DocumentRequest, _ report: CurlBatch.Report?, _ batch: CurlBatch,
        _ outcome: ToolOutcome
    ) throws(DownloadError) -> Document {
        guard let report else { throw CurlFailure.error(outcome, request.attempt) }
        guard report.exitStatus == 0 else { throw CurlFailure.error(ToolOutcome(report), request.attempt) }
        if report.status == 304, let known = batch.items[index].known {
            return Document(bytes: known.bytes, isNew: false)
        }
        let head = try DownloadError.wrap(request.attempt) { () throws(HostError) in try lastHead(batch.head(index)) }
        guard report.status == 200 else { throw refusal(request, head, status: report.status) }
        let bytes = try DownloadError.wrap(request.attempt) { () throws(HostError) in
            let bytes = try HostFiles.read(batch.body(index), limit: CurlBatch.limit) ?? []
            try cache.keep(bytes, head, for: request.address)
            return bytes
        }
        return Document(bytes: bytes, isNew: true)
    }

    private func refusal(_ request: DocumentRequest, _ head: ResponseHead?, status: Int) -> DownloadError {
        guard let head = head ?? ResponseHead(["HTTP/1.1 \(status)"]) else {
            return DownloadError(.failed, request.attempt)
        }
        return StatusFailure(head: head, attempt: request.attempt).error
    }

    /// The head of the last response; those of redirections stand before it.
    private func lastHead(_ path: FilePath) throws(HostError) -> ResponseHead? {
        var reader = HeadReader()
        guard let bytes = try HostFiles.read(path, limit: 1 << 20), case .complete(let head, _) = reader.feed(bytes)
        else {
            return nil
        }
        return head
    }
}

extension ToolOutcome {
    /// What came of one document of a call.
    fileprivate init(_ report: CurlBatch.Report) {
        self.init(status: report.exitStatus, standardError: Array((report.complaint ?? "").utf8))
    }
}
