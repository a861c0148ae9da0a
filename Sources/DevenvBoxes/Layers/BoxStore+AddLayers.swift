import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
package import SystemPackage

extension BoxStore {
    /// Whether a layer is there, so that nobody needs to fetch it.
    package func hasLayer(_ diffID: ImageDigest) -> Bool { HostFiles.exists(layout.layer(diffID).record) }

    /// Adds an image in layers, in a staging directory of this process's own (`withStaging`). A layer that the store has is
    /// used as it is; each other one is unpacked once, for all images.
    ///
    /// Throws `.invalid` for a layer that is not what its digest says or would reach out of its directory, and for an image
    /// without an SSH server. Only root may add one.
    package func add(
        _ image: LayeredImage, as naming: Naming, in staging: FilePath
    ) async throws(BoxError) -> BoxRecord {
        try naming.check()
        try Self.checkPrivileges(naming.attempt)
        let place = try makeImage(in: staging)
        FaultPoint.reach("boxes.layers.begun")
        let intake = LayerIntake(store: self, staging: staging, attempt: naming.attempt)
        var records: [LayerRecord] = []
        for layer in image.distinctLayers {
            records.append(try await intake.take(layer))
            FaultPoint.reach("boxes.layers.unpacked")
        }
        let trees = records.map { intake.place(of: $0.diffID).tree }
        let record = try describe(image, records, LayerLookup(trees: trees), naming)
        try BoxError.wrap { () throws(HostError) in
            try AtomicFile.write(image.configuration, to: place.configuration, durable: false)
        }
        try write(record, to: place.record)
        try await run(BoxTools.flush(place.root), naming.attempt, writingTo: place.root)
        FaultPoint.reach("boxes.layers.written")
        return try await publish(Prepared(image: place, record: record, naming: naming))
    }

    private func describe(
        _ image: LayeredImage, _ layers: [LayerRecord], _ lookup: LayerLookup, _ naming: Naming
    ) throws(BoxError) -> ImageRecord {
        guard lookup.has("usr/sbin/sshd") else {
            throw BoxError(
                .invalid, "\(naming.attempt): there is no SSH server (/usr/sbin/sshd) in it, and a machine needs one",
                help:
                    "make an image from it with openssh-server, sudo and rsync in it, or a box with 'devenv box build'")
        }
        return ImageRecord(
            digest: ImageDigest(hexadecimal: SHA256.hexadecimal(of: image.configuration)), format: .directories,
            user: TreeFacts.user(passwords: lookup.read("etc/passwd")),
            version: TreeFacts.debianVersion(lookup.read("etc/debian_version")),
            architecture: image.architecture, entries: layers.reduce(0) { $0 + $1.entries }, layers: layers,
            bytes: layers.reduce(0) { $0 + $1.bytes })
    }
}

// Under the store's lock.
extension BoxStore {
    /// Gives the layers of an image their places, before the image gets its own.
    func settleLayers(of record: ImageRecord, from image: ImageLayout, _ attempt: String) throws(BoxError) {
        guard let layers = record.layers else { return }
        let staging = image.root.removingLastComponent()
        try BoxError.wrap { () throws(HostError) in try HostFiles.makeDirectory(layout.layers, mode: .passable) }
        for layer in layers where !hasLayer(layer.diffID) {
            let new = StoreLayout.newLayer(layer.diffID, in: staging)
            guard HostFiles.exists(new.record) else {
                throw BoxError(
                    .missing, "\(attempt): a layer that it shares with another box was removed meanwhile",
                    help: "run the command again")
            }
            try BoxError.wrap { () throws(HostError) in
                try HostFiles.rename(new.root, to: layout.layer(layer.diffID).root)
            }
            FaultPoint.reach("boxes.layers.settled")
        }
    }

    /// Moves the layers that no image has out of sight, and returns how much they took; `sweep` removes them. With an image whose
    /// record can't be read all layers stay: any may be one of its own.
    func collectLayers() throws(BoxError) -> Int64 {
        let present = try BoxError.wrap { () throws(HostError) in try HostFiles.list(layout.layers) }
            .compactMap(layout.digest(directory:))
        guard !present.isEmpty else { return 0 }
        var needed: Set<ImageDigest> = []
        for name in try BoxError.wrap({ () throws(HostError) in try HostFiles.list(layout.images) }) {
            guard let digest = layout.digest(directory: name) else { continue }
            guard let record = try? decodeImage(layout.image(digest)) else { return 0 }
            needed.formUnion(record.layers?.map(\.diffID) ?? [])
        }
        var bytes: Int64 = 0
        for diffID in present where !needed.contains(diffID) {
            let root = layout.layer(diffID).root
            bytes += DiskUsage.bytes(below: root)
            try BoxError.wrap { () throws(HostError) in try Staging.discard(root, in: layout) }
            FaultPoint.reach("boxes.layers.discarded")
        }
        return bytes
    }
}
