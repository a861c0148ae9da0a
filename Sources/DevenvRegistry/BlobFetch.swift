import DevenvBoxes
import DevenvCrypto
import DevenvDownload
import DevenvHost
import DevenvModel
import SystemPackage

/// The blobs of an image on their way from a registry. Blobs that have come whole stay where a fetch ends before all are there, and
/// the next one goes on with the others. Of one image there is one at a time: its maker is alone with it (`BoxStore.alone`).
struct BlobFetch: Sendable {
    /// Where the blobs are once they have come.
    let blobs: BlobDirectory
    /// The blobs that are fetched.
    private let wanted: [Manifest.Descriptor]
    /// Those that need not be, as what is in them is known.
    private let others: [Manifest.Descriptor]
    private let image: ImageReference
    private let place: FilePath
    private let layout: FilePath

    init(
        _ image: ImageReference, _ wanted: [Manifest.Descriptor], but others: [Manifest.Descriptor],
        in directory: FilePath
    ) {
        self.wanted = wanted.uniqued(on: \.digest)
        let own = Set(wanted.map(\.digest))
        self.others = others.uniqued(on: \.digest).filter { !own.contains($0.digest) }
        self.image = image
        place = directory.appending(
            String(SHA256.hexadecimal(of: Array(image.description.utf8)).prefix(32)))
        blobs = BlobDirectory(root: place.appending("blobs"))
        layout = place.appending("layout")
    }

    /// How many bytes the wanted blobs have.
    var total: Int64 { wanted.reduce(0) { $0 + $1.size } }

    /// Fetches the blobs for `use`; then they go, unless it was something else than they that failed.
    func run<Value>(
        with client: RegistryClient, isExact: Bool, events: @escaping @Sendable (DownloadEvent) -> Void,
        use: () async throws(BoxError) -> Value
    ) async throws(BoxError) -> Value {
        do throws(BoxError) {
            let kept = try await prepare(client.attempt)
            if kept < total {
                events(.started(resumedAt: kept, total: total))
                try await fetch(client, isExact, from: kept, events)
            }
            let value = try await use()
            try? HostFiles.remove(place)  // what can't be removed now, the garbage collection finds
            return value
        } catch {
            if error.code == .invalid { try? HostFiles.remove(place) }  // the first error is the one to tell
            throw error
        }
    }

    /// Removes what is left of an earlier fetch but for whole blobs, has holes stand for those that need not be fetched, and returns
    /// how many bytes are there. A file's name proves nothing: it may be such a hole, or one that lost its end.
    private func prepare(_ attempt: String) async throws(BoxError) -> Int64 {
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.remove(layout)
            try blobs.make()
        }
        let sizes = Dictionary(wanted.map { ($0.digest.hexadecimal, $0.size) }) { first, _ in first }
        var kept: Int64 = 0
        for name in try BoxError.wrap({ () throws(HostError) in try HostFiles.list(blobs.files) }) {
            let path = blobs.files.appending(name)
            if let size = sizes[name], try await DiskDigest.digest(of: path, attempt).get().hexadecimal == name {
                kept += size
            } else {
                try BoxError.wrap { () throws(HostError) in try HostFiles.remove(path) }
            }
        }
        for blob in others { try BoxError.wrap { () throws(HostError) in try blobs.fill(blob) } }
        return kept
    }

    private func fetch(
        _ client: RegistryClient, _ isExact: Bool, from start: Int64,
        _ events: @escaping @Sendable (DownloadEvent) -> Void
    ) async throws(BoxError) {
        let call = client.calls.fetch(image, to: layout, blobs: blobs.root, isExact: isExact)
        let image = image
        let result = await withTaskGroup(of: Result<Void, BoxError>?.self) { group in
            group.addTask {
                do throws(BoxError) { return .success(_ = try await client.output(of: call, image)) } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                await watch(from: start, events)
                return nil
            }
            var result: Result<Void, BoxError> = .success(())
            for await end in group {
                guard let end else { continue }
                result = end
                group.cancelAll()
            }
            return result
        }
        try result.get()
    }
}

// How far it has come.
extension BlobFetch {
    /// Tells it a few times a second, and once more when it is cancelled, as the fetch has ended then.
    private func watch(from start: Int64, _ events: @Sendable (DownloadEvent) -> Void) async {
        var meter = RateMeter(at: .now, bytes: start)
        var known = start
        var isEnded = false
        while !isEnded {
            do { try await Task.sleep(for: .milliseconds(200)) } catch { isEnded = true }
            known = max(known, min(received, total))
            meter.add(known, at: .now)
            events(.progress(meter.progress(total: total)))
        }
    }

    /// What is there of the wanted blobs. skopeo writes each beside its layout, and gives it its place when it is whole.
    private var received: Int64 {
        // a file may go at any moment
        let begun = ((try? HostFiles.list(layout)) ?? []).filter { $0.hasPrefix("oci-put-blob") }.map(layout.appending)
        return (begun + wanted.map { blobs.path($0.digest) }).reduce(0) { $0 + ((try? HostFiles.size(of: $1)) ?? 0) }
    }
}

extension BlobFetch {
    /// Removes blobs that nobody went on with for so long, and returns how many bytes they have. With `isRehearsal` it only says how
    /// many that would be. No fetch lasts as long.
    static func collect(
        in directory: FilePath, olderThan age: Duration, isRehearsal: Bool
    ) throws(HostError) -> Int64 {
        var freed: Int64 = 0
        for name in try HostFiles.list(directory) {
            let place = directory.appending(name)
            let blobs = BlobDirectory(root: place.appending("blobs")).files
            let changed = [blobs, place].compactMap(FileClock.changed).max() ?? .zero
            guard FileClock.now - changed >= age else { continue }
            freed += DiskUsage.bytes(below: place)
            if !isRehearsal { try HostFiles.remove(place) }
        }
        return freed
    }
}
