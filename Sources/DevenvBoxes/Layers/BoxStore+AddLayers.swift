import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
package import SystemPackage

extension BoxStore {
    /// Whether a layer is there, so that nobody needs to fetch it.
    package func hasLayer(_ diffID: ImageDigest) -> Bool { HostFiles.exists(layout.layer(diffID).record) }

    /// Whether a layer is there and all of it as it was added. Reads it.
    package func hasSoundLayer(_ diffID: ImageDigest) async throws(BoxError) -> Bool {
        // a record that can't be read is that of no sound layer
        guard let record = (try? layerRecord(diffID)) ?? nil else { return false }
        return try await differences(ofLayer: record, in: layout).isEmpty
    }

    /// Adds an image in layers, in a staging directory of this process's own (`withStaging`). A layer that the store has is
    /// used as it is, unless its archive is there and `naming.replacing`; each other one is unpacked once, for all images.
    ///
    /// Throws `.invalid` for a layer that is not what its digest says or would reach out of its directory, and for an image
    /// without an SSH server. Only root may add one.
    package func add(
        _ image: LayeredImage, as naming: Naming, in staging: FilePath
    ) async throws(BoxError) -> BoxRecord {
        try naming.check()
        try Self.checkPrivileges(naming.attempt)
        FaultPoint.reach("boxes.layers.begun")
        let intake = LayerIntake(
            store: self, staging: staging, replacing: naming.replacing, attempt: naming.attempt)
        let records = try await intake.take(image.distinctLayers)
        return try await add(image, with: records, as: naming, in: staging)
    }

    /// Adds an image of layers that are in the store, or in places of `StoreLayout.newLayer`.
    func add(
        _ image: LayeredImage, with records: [LayerRecord], as naming: Naming, in staging: FilePath
    ) async throws(BoxError) -> BoxRecord {
        let place = try makeImage(in: staging)
        let intake = LayerIntake(store: self, staging: staging, replacing: false, attempt: naming.attempt)
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
    /// Gives the layers of an image their places, before the image gets its own. One that is there already stays, unless it
    /// is to be replaced by what was unpacked anew.
    func settleLayers(
        of record: ImageRecord, from image: ImageLayout, replacing: Bool, _ attempt: String
    ) throws(BoxError) {
        guard let layers = record.layers else { return }
        let staging = image.root.removingLastComponent()
        try BoxError.wrap { () throws(HostError) in try HostFiles.makeDirectory(layout.layers, mode: .passable) }
        for layer in layers {
            let new = StoreLayout.newLayer(layer.diffID, in: staging)
            let place = layout.layer(layer.diffID)
            let (isThere, isNew) = (HostFiles.isDirectory(place.root), HostFiles.exists(new.record))
            if hasLayer(layer.diffID), !(replacing && isNew) { continue }
            guard isNew else { throw .layerIsGone(attempt) }
            try BoxError.wrap { () throws(HostError) in
                if isThere { try Staging.discard(place.root, in: layout) }
                FaultPoint.reach("boxes.layers.displaced")
                try HostFiles.rename(new.root, to: place.root)
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

extension BoxError {
    /// A layer that was there when an image was begun is there no more.
    static func layerIsGone(_ attempt: String) -> BoxError {
        BoxError(
            .missing, "\(attempt): a layer that it shares with another box was removed meanwhile",
            help: "run the command again")
    }
}
