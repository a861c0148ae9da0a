import DevenvBoxes
import DevenvDownload
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension RegistryBoxes {
    /// Adds a box that `push` has published. Slices that boxes of the same name in the store have are taken from there.
    func addBox(
        _ image: ImageReference, _ manifest: Manifest, _ naming: BoxStore.Naming, _ expected: ImageDigest?,
        _ client: RegistryClient, _ events: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws(BoxError) -> Result {
        let artifact = try BoxArtifact(reading: manifest, naming.attempt)
        try check(artifact.image, against: expected, naming.attempt)
        var naming = naming
        naming.version = naming.version ?? artifact.version
        naming.architecture = naming.architecture ?? artifact.architecture
        naming.user = naming.user ?? artifact.user
        if let text = artifact.loginKey, naming.loginKey == nil {
            guard let key = text.isEmpty ? .vagrant : LoginKey(carried: text) else {
                throw BoxError(.invalid, "\(naming.attempt): the key that it says it lets in is none")
            }
            naming.loginKey = key
        }
        let sizes = Dictionary(artifact.slices.map { ($0.blob.digest, $0.blob.size) }) { first, _ in first }
        let total = sizes.values.reduce(0, +)
        let expectation = BoxStore.Expectation(image: artifact.image)
        if let record = try await store.adopt(expectation, as: naming) {
            return Result(record: record, image: image, bytesMoved: 0, bytesTotal: total)
        }
        let completed = naming
        return try await store.withStaging(naming.attempt) { staging throws(BoxError) in
            let file = staging.appending(artifact.format == .directories ? "content.tar" : "content.img")
            let target = try BoxError.wrap { () throws(HostError) in try SliceTarget(creating: file, artifact) }
            try await takeKnown(artifact, to: target, in: staging, completed)
            FaultPoint.reach("registry.pull.known")
            let moved = try await takeMissing(artifact, image, to: target, client, events)
            FaultPoint.reach("registry.pull.fetched")
            guard try await target.digest(completed.attempt) == artifact.content else {
                throw BoxError(
                    .invalid, "\(completed.attempt): what its slices make up has another digest than it says",
                    help: "whoever published it has to publish it again")
            }
            let record = try await store.add(file, as: completed, expecting: expectation)
            return Result(record: record, image: image, bytesMoved: moved, bytesTotal: total)
        }
    }

    /// Cuts what the store has of this name and format in the same way, and takes what is the same.
    private func takeKnown(
        _ artifact: BoxArtifact, to target: SliceTarget, in staging: FilePath, _ naming: BoxStore.Naming
    ) async throws(BoxError) {
        let donors = try store.list().filter {
            $0.name == naming.name && $0.format == artifact.format && !$0.isLayered
        }
        for donor in donors.reversed() where !target.missing.isEmpty {
            let directory = staging.appending("donor")
            try BoxError.wrap { () throws(HostError) in
                try HostFiles.remove(directory)
                try HostFiles.makeDirectory(directory)
            }
            // one that can't be used costs time on the line, no more
            guard let file = try? await content(of: donor, in: directory, naming.attempt) else { continue }
            let reader = try BoxError.wrap { () throws(HostError) in try SliceReader(opening: file, .boxes) }
            while let (slice, bytes) = try BoxError.wrap({ () throws(HostError) in try reader.next() }) {
                if Task.isCancelled { throw BoxError(.cancelled, "\(naming.attempt): interrupted") }
                try BoxError.wrap { () throws(HostError) in try target.put(bytes, slice.digest) }
                await Task.yield()
            }
            try BoxError.wrap { () throws(HostError) in try HostFiles.remove(directory) }
        }
    }

    /// Fetches the blobs of all other slices, and returns how many bytes these are.
    private func takeMissing(
        _ artifact: BoxArtifact, _ image: ImageReference, to target: SliceTarget, _ client: RegistryClient,
        _ events: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws(BoxError) -> Int64 {
        let pieces = artifact.slices.uniqued(on: \.blob.digest)
        let missing = pieces.filter { target.missing.contains($0.slice.digest) }
        guard !missing.isEmpty else { return 0 }
        let fetch = BlobFetch(image, missing.map(\.blob), but: pieces.map(\.blob), in: blobs)
        return try await fetch.run(with: client, isExact: true, events: events) { () throws(BoxError) in
            // the arguments of a program have room for some thousand paths
            for start in stride(from: 0, to: missing.count, by: 500) {
                try await unpack(
                    missing[start..<min(start + 500, missing.count)], fetch.blobs, to: target, client.attempt)
            }
            return fetch.total
        }
    }

    private func unpack(
        _ pieces: ArraySlice<BoxArtifact.Piece>, _ blobs: BlobDirectory, to target: SliceTarget, _ attempt: String
    ) async throws(BoxError) {
        let call = SliceCall.decompress(pieces.map { blobs.path($0.blob.digest) })
        let outcome: (outcome: ToolOutcome, value: Swift.Result<Void, BoxError>)
        do {
            outcome = try await SystemToolRunner().stream(call) { next in
                do throws(BoxError) {
                    return .success(try await Self.write(pieces.map(\.slice), from: next, to: target, attempt))
                } catch {
                    return .failure(error)
                }
            }
        } catch { throw .tool(error, attempt) }
        try outcome.value.get()
        guard outcome.outcome.status == 0 else {
            throw BoxError(.invalid, "\(attempt): 'zstd' can't unpack it: \(outcome.outcome.complaint)")
        }
    }

    private static func write(
        _ slices: [Slice], from next: @Sendable () async throws -> [UInt8]?, to target: SliceTarget, _ attempt: String
    ) async throws(BoxError) {
        var buffer: [UInt8] = []
        for slice in slices {
            while buffer.count < slice.length {
                let piece: [UInt8]?
                do { piece = try await next() } catch { throw BoxError(.failed, "\(attempt): \(error)") }
                guard let piece else { throw wrong(attempt) }
                buffer += piece
            }
            let bytes = Array(buffer.prefix(slice.length))
            buffer.removeFirst(slice.length)
            guard Manifest.digest(of: bytes) == slice.digest else { throw wrong(attempt) }
            try BoxError.wrap { () throws(HostError) in try target.put(bytes, slice.digest) }
        }
        do { guard try await next() == nil, buffer.isEmpty else { throw wrong(attempt) } } catch let error as BoxError {
            throw error
        } catch { throw BoxError(.failed, "\(attempt): \(error)") }
    }

    private static func wrong(_ attempt: String) -> BoxError {
        BoxError(
            .invalid, "\(attempt): one of its slices is not what it says",
            help: "whoever published it has to publish it again")
    }
}
