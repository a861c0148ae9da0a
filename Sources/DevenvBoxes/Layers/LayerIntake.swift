import DevenvCrypto
import DevenvHost
import Glibc
import SystemPackage

/// Unpacks layers into the staging directory of whoever makes an image.
struct LayerIntake: Sendable {
    let store: BoxStore
    let staging: FilePath
    /// Whether a layer whose archive is there is unpacked although the store has it.
    let replacing: Bool
    let attempt: String

    /// Where a layer is: in the staging directory, or in the store.
    func place(of diffID: ImageDigest) -> LayerLayout {
        let new = StoreLayout.newLayer(diffID, in: staging)
        return HostFiles.exists(new.record) ? new : store.layout.layer(diffID)
    }

    /// How many layers are unpacked side by side: each of them keeps a processor busy, and half of another.
    private static let width = max(1, min(4, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))

    private typealias Taken = Result<(index: Int, record: LayerRecord), BoxError>

    /// The records of layers, in their order; what the store lacks is unpacked.
    func take(_ layers: [LayeredImage.Layer]) async throws(BoxError) -> [LayerRecord] {
        let result = await withTaskGroup(of: Taken.self) { group -> Result<[LayerRecord], BoxError> in
            do throws(BoxError) { return .success(try await take(layers, &group)) } catch {
                group.cancelAll()
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func take(
        _ layers: [LayeredImage.Layer], _ group: inout TaskGroup<Taken>
    ) async throws(BoxError) -> [LayerRecord] {
        var records: [Int: LayerRecord] = [:]
        for (index, layer) in layers.enumerated() {
            if index - records.count >= Self.width { try await Self.collect(&group, &records) }
            group.addTask {
                do throws(BoxError) {
                    let record = try await take(layer)
                    FaultPoint.reach("boxes.layers.unpacked")
                    return .success((index, record))
                } catch { return .failure(error) }
            }
        }
        while records.count < layers.count { try await Self.collect(&group, &records) }
        return layers.indices.compactMap { records[$0] }
    }

    private static func collect(
        _ group: inout TaskGroup<Taken>, _ records: inout [Int: LayerRecord]
    ) async throws(BoxError) {
        guard let (index, record) = try await group.next()?.get() else { return }
        records[index] = record
    }

    /// The record of a layer that the store has; any other one is unpacked.
    private func take(_ layer: LayeredImage.Layer) async throws(BoxError) -> LayerRecord {
        let isWanted = replacing && layer.archive != nil
        if !isWanted, let known = try store.layerRecord(layer.diffID) { return known }
        guard let archive = layer.archive else { throw .layerIsGone(attempt) }
        let place = StoreLayout.newLayer(layer.diffID, in: staging)
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.makeDirectory(place.root, mode: .passable)
            try HostFiles.makeDirectory(place.tree)
        }
        try await unpack(archive, layer.diffID, into: place.tree)
        let found = try Whiteouts(root: place.tree, attempt: attempt).convert()
        return try await describe(layer.diffID, place, found)
    }

    /// What is unpacked is a file that was digested before, so that no name from it is used until it is known to be right.
    private func unpack(_ archive: FilePath, _ diffID: ImageDigest, into tree: FilePath) async throws(BoxError) {
        let plain = staging.appending("layer-\(diffID.hexadecimal).tar")
        guard try await decompress(archive, to: plain) == diffID else {
            throw BoxError(
                .invalid, "\(attempt): the layer \(diffID) is damaged: its content has another digest",
                help: "get it again; if that does not help, whoever published the image has to publish it again")
        }
        let call = BoxTools.unpack(layer: plain, into: tree)
        let outcome: ToolOutcome
        do { outcome = try await store.runner.run(call) } catch { throw .tool(error, attempt) }
        guard outcome.status == 0 else {
            if HostFiles.isFull(tree) { throw .diskFull(attempt) }
            throw BoxError(.invalid, "\(attempt): the layer \(diffID) can't be unpacked: \(outcome.complaint)")
        }
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(plain) }
    }

    private func decompress(_ archive: FilePath, to plain: FilePath) async throws(BoxError) -> ImageDigest {
        let head = try BoxError.wrap { () throws(HostError) in try HostFiles.head(of: archive, count: 16) }
        let source = ArchiveSource(path: archive, compression: Compression(head), attempt: attempt)
        return try await source.read { stream in
            do throws(BoxError) { return .success(try await Self.write(stream, to: plain)) } catch {
                return .failure(error)
            }
        }
    }

    private static func write(_ stream: ByteStream, to path: FilePath) async throws(BoxError) -> ImageDigest {
        var stream = stream
        var hash = SHA256()
        let sink = try BoxError.wrap { () throws(HostError) in try DiskSink(creating: path) }
        while true {
            let piece = try await stream.read(DiskSink.piece)
            if piece.isEmpty { break }
            hash.update(piece)
            try BoxError.wrap { () throws(HostError) in try sink.write(piece) }
        }
        try BoxError.wrap { () throws(HostError) in try sink.finish() }
        return ImageDigest(hexadecimal: hash.hexadecimal())
    }

    /// Makes a layer of a tree, which moves; its manifest names it, unless it has a name.
    func settle(_ tree: FilePath, as name: ImageDigest? = nil) async throws(BoxError) -> LayerRecord {
        let manifest = try await TreeManifest.measuring(tree)
        let diffID = name ?? ImageDigest(hexadecimal: SHA256.hexadecimal(of: manifest.bytes))
        let place = StoreLayout.newLayer(diffID, in: staging)
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.makeDirectory(place.root, mode: .passable)
            try HostFiles.rename(tree, to: place.tree)
        }
        return try describe(diffID, place, manifest)
    }

    private func describe(
        _ diffID: ImageDigest, _ place: LayerLayout, _ found: [TreeWalk.Found]?
    ) async throws(BoxError) -> LayerRecord {
        let manifest =
            if let found { try await TreeManifest.measuring(found) } else {
                try await TreeManifest.measuring(place.tree)
            }
        return try describe(diffID, place, manifest)
    }

    private func describe(
        _ diffID: ImageDigest, _ place: LayerLayout, _ manifest: TreeManifest
    ) throws(BoxError) -> LayerRecord {
        let bytes = manifest.bytes
        let record = LayerRecord(
            diffID: diffID, manifest: ImageDigest(hexadecimal: SHA256.hexadecimal(of: bytes)),
            entries: manifest.entries.count, bytes: manifest.size)
        try BoxError.wrap { () throws(HostError) in try AtomicFile.write(bytes, to: place.manifest, durable: false) }
        try store.write(record, to: place.record)
        return record
    }
}
