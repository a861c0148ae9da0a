import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The bases of one pool: each placed once for its box, however many machines and processes ask for it.
///
/// All of it is done while the lock on the pool's contents is held, until the overlay is there: nobody then takes a base for
/// unused.
struct BaseStore: Sendable {
    let storage: MachineStorage
    let pool: OpenPool

    var records: BaseRecords { BaseRecords(uri: storage.connection.uri, pool: pool, in: storage.directories) }

    /// Puts the image into the pool where it is not there yet, and returns where it is. An end at any moment leaves nothing
    /// that is trusted.
    func place(_ image: BaseImage) async throws(ProviderError) -> FilePath {
        let path = pool.path(of: image.volume)
        if try await isProven(image) { return path }
        let lock = try await storage.lock(.bases, .alone)
        defer { extendLifetime(lock) }
        // whoever held the lock before may have placed it
        if try await isProven(image) { return path }
        let isKept = try await clear(image)
        if !isKept { try await fill(image) }
        return path
    }

    /// Whether the volume of this name is known to be this image: it is the store's own file, or looks as it did when devenv
    /// had filled it.
    func isProven(_ image: BaseImage) async throws(ProviderError) -> Bool {
        switch pool.reach {
        case .files:
            let path = pool.path(of: image.volume)
            guard let found = FileProof(file: path) else { return false }
            if FileProof.isSameFile(image.file, path) { return true }
            return try records.proof(of: image.volume) == found
        case .connection:
            guard let found = try await proof(ofVolume: image.volume) else { return false }
            return try records.proof(of: image.volume) == found
        case .nowhere:
            return try await storage.find(image.volume, in: pool) != nil
        }
    }

    /// Makes room: removes a volume of the image's name that nothing proves and nobody uses. One that machines use is kept
    /// where its content turns out to be the image's, which is then noted, and is an error otherwise. On another host it is
    /// always looked at: somebody else's devenv may have put it there a moment ago.
    private func clear(_ image: BaseImage) async throws(ProviderError) -> Bool {
        let path = pool.path(of: image.volume)
        try records.remove(image.volume)
        try removePart(of: path)
        FaultPoint.reach("libvirt.base.forgotten")
        guard try await storage.find(image.volume, in: pool) != nil else { return false }
        let users = try await storage.volumes(in: pool).filter { $0.backing == path.string }.map(\.name)
        if !users.isEmpty || pool.reach == .connection, let proof = try await provenByContent(image) {
            try records.write(proof, of: image.volume)
            return true
        }
        guard users.isEmpty else {
            throw .failed(
                "the volume '\(path)' is not the box that its name says, and machines use it: "
                    + users.sorted().joined(separator: ", "),
                help: "destroy these machines, or give this one a pool of its own: libvirt: {pool: NAME}")
        }
        try await remove(image.volume)
        FaultPoint.reach("libvirt.base.cleared")
        return false
    }

    private func fill(_ image: BaseImage) async throws(ProviderError) {
        switch pool.reach {
        case .files:
            if try await placeFile(image) { return }
            try await upload(image)
        case .connection: try await upload(image)
        case .nowhere:
            try await storage.create(VolumeDescription.base(image.volume, capacity: image.capacity), in: pool)
        }
    }

    // MARK: What libvirt knows

    /// What a volume looks like to libvirt; nil where there is none.
    func proof(ofVolume name: String) async throws(ProviderError) -> FileProof? {
        try await ProviderError.libvirt("looking at the volume '\(name)'") { () async throws(LibvirtError) in
            do throws(LibvirtError) {
                return FileProof(volume: try await storage.connection.volumeXML(in: pool.name, name))
            } catch {
                guard error.isMissing else { throw error }
                return nil
            }
        }
    }

    /// Removes a base, whether libvirt knows of it or not.
    func remove(_ name: String) async throws(ProviderError) {
        try records.remove(name)
        try await storage.delete(name, in: pool)
    }
}
