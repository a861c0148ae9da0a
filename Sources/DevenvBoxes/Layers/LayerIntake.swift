import DevenvCrypto
import DevenvHost
import SystemPackage

/// Unpacks layers into the staging directory of whoever makes an image.
struct LayerIntake {
    let store: BoxStore
    let staging: FilePath
    let attempt: String

    /// Where a layer is: in the store, or in the staging directory.
    func place(of diffID: ImageDigest) -> LayerLayout {
        store.hasLayer(diffID) ? store.layout.layer(diffID) : StoreLayout.newLayer(diffID, in: staging)
    }

    /// The record of a layer that the store has; any other one is unpacked.
    func take(_ layer: LayeredImage.Layer) async throws(BoxError) -> LayerRecord {
        if let known = try store.layerRecord(layer.diffID) { return known }
        guard let archive = layer.archive else {
            throw BoxError(
                .missing, "\(attempt): a layer that it shares with another box was removed meanwhile",
                help: "run the command again")
        }
        let place = StoreLayout.newLayer(layer.diffID, in: staging)
        try BoxError.wrap { () throws(HostError) in
            try HostFiles.makeDirectory(place.root, mode: .passable)
            try HostFiles.makeDirectory(place.tree)
        }
        try await unpack(archive, layer.diffID, into: place.tree)
        try Whiteouts(root: place.tree, attempt: attempt).convert()
        return try await describe(layer.diffID, place)
    }

    /// What is unpacked is a file that was digested before, so that no name from it is used until it is known to be right.
    private func unpack(_ archive: FilePath, _ diffID: ImageDigest, into tree: FilePath) async throws(BoxError) {
        let plain = staging.appending("layer.tar")
        guard try await decompress(archive, to: plain) == diffID else {
            throw BoxError(
                .invalid, "\(attempt): the layer \(diffID) is damaged: its content has another digest",
                help: "get it again; if that does not help, whoever published the image has to publish it again")
        }
        let call = BoxTools.unpack(layer: plain, into: tree)
        let outcome: ToolOutcome
        do { outcome = try await store.runner.run(call) } catch { throw .tool(error, attempt) }
        guard outcome.status == 0 else {
            if BoxStore.isFull(tree) { throw .diskFull(attempt) }
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

    private func describe(_ diffID: ImageDigest, _ place: LayerLayout) async throws(BoxError) -> LayerRecord {
        let manifest = try await TreeManifest.measuring(place.tree)
        let bytes = manifest.bytes
        let record = LayerRecord(
            diffID: diffID, manifest: ImageDigest(hexadecimal: SHA256.hexadecimal(of: bytes)),
            entries: manifest.entries.count, bytes: manifest.size)
        try BoxError.wrap { () throws(HostError) in try AtomicFile.write(bytes, to: place.manifest, durable: false) }
        try store.write(record, to: place.record)
        return record
    }
}
