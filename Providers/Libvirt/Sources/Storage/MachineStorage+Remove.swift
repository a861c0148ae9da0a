import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage

extension MachineStorage {
    /// Removes a machine's volumes and notes, by its identity alone, then what nobody else needs: bases without overlays, and
    /// devenv's own pool with its directory once it is empty. The machine's domain must not run any more. What is not there
    /// is fine.
    package func remove(_ identity: MachineIdentity) async throws(ProviderError) {
        let note = try note(of: identity)
        try await removeAllVolumes(of: identity, note)
        try removeFiles(note)
        FaultPoint.reach("libvirt.storage.emptied")
        try ProviderError.translate { () throws(HostError) in try MachinePlace(identity, in: directories).remove() }
        FaultPoint.reach("libvirt.storage.forgotten")
        try await collect()
    }

    private func removeAllVolumes(of identity: MachineIdentity, _ note: VolumesNote?) async throws(ProviderError) {
        // nobody takes the pool away meanwhile
        let use = try await lock(.contents, .shared)
        defer { extendLifetime(use) }
        for pool in try await poolsToSearch(note) { try await removeVolumes(of: identity, in: pool) }
    }

    /// Removes bases that no disk needs, and devenv's own pool where it is empty. Where somebody else is at the pool and stays
    /// there it is left to them: whoever removes volumes does the same afterwards, and whoever makes some has a machine
    /// that will be removed. The pool's locks go too; who needs one makes it again.
    package func collect() async throws(ProviderError) {
        guard let lock = try await lock(.contents, .alone, patience: .milliseconds(250)) else { return }
        if let pool = try await usablePool() { try await BaseStore(storage: self, pool: pool).collect() }
        try await closePoolIfEmpty()
        lock.remove(pool: pool.name, at: connection.uri)
    }

    /// The pools that the machine's volumes may be in: its own one; where no note says that this is right, all that are open.
    private func poolsToSearch(_ note: VolumesNote?) async throws(ProviderError) -> [OpenPool] {
        let known = try await ProviderError.libvirt("listing the storage pools") { () async throws(LibvirtError) in
            try await connection.pools()
        }
        var found: [OpenPool] = []
        if isWorthOpening(known, note) { found.append(try await openPool()) }
        let isCertain = note.map { note in found.contains { note.isAbout($0, at: connection.uri) } } ?? false
        guard !isCertain else { return found }
        let others = known.filter { $0.isActive && $0.name != pool.name }.compactMap(open)
        return found + others
    }

    /// Whether the pool may hold something: devenv's own also where somebody has undefined it and left its directory.
    private func isWorthOpening(_ known: [PoolInfo], _ note: VolumesNote?) -> Bool {
        if let info = known.first(where: { $0.name == pool.name }) {
            return info.isActive || pool.directory != nil || note?.pool == pool.name
        }
        guard let directory = pool.directory, reach == .files else { return false }
        return note?.directory == directory.string && HostFiles.exists(directory)
    }

    private func removeVolumes(of identity: MachineIdentity, in pool: OpenPool) async throws(ProviderError) {
        let mark = "-\(identity.machine)."
        for volume in try await volumesIfOpen(in: pool) where volume.name.contains(mark) {
            try await delete(volume.name, in: pool)
            FaultPoint.reach("libvirt.storage.removed")
        }
    }

    /// A pool may be stopped or go at any moment, by whoever destroys other machines: it then holds nothing.
    private func volumesIfOpen(in pool: OpenPool) async throws(ProviderError) -> [VolumeInfo] {
        try await ProviderError.libvirt("listing the storage pool '\(pool.name)'") { () async throws(LibvirtError) in
            do throws(LibvirtError) { return try await connection.volumes(in: pool.name) } catch {
                guard error.isMissing || error.isOperationInvalid else { throw error }
                return []
            }
        }
    }

    /// Removes what libvirt does not know of, as its pool was undefined or it was never told.
    private func removeFiles(_ note: VolumesNote?) throws(ProviderError) {
        guard let note, note.uri == connection.uri, reach == .files else { return }
        for volume in note.volumes {
            try ProviderError.translate { () throws(HostError) in try HostFiles.remove(note.path(of: volume)) }
        }
    }
}
