import DevenvHost
import DevenvPluginAPI
import SystemPackage

extension MachineStorage {
    /// Makes the pool usable: defined, its directory made, started, as far as each is missing. Others may do the same, or the
    /// opposite, at the same moment: it looks again until all is there.
    func openPool() async throws(ProviderError) -> OpenPool {
        var failure: LibvirtError?
        for _ in 0..<8 {
            try ProviderError.checkCancellation("opening the storage pool '\(pool.name)'")
            do throws(LibvirtError) {
                if let open = try await nextStep() { return open }
            } catch {
                // what somebody else has done a moment before is an error to libvirt; anything else happens again
                if error == failure || error.isConnectionLost { throw error.providerError(opening) }
                failure = error
            }
        }
        throw failure?.providerError(opening)
            ?? .failed("\(opening): it does not stay usable", help: "look at it with: virsh pool-info \(pool.name)")
    }

    /// The pool where it can be used as it is; nil where there is none, or it is stopped.
    func usablePool() async throws(ProviderError) -> OpenPool? {
        let info = try await ProviderError.libvirt(opening) { () async throws(LibvirtError) in
            try await connection.pool(pool.name)
        }
        guard let info, info.isActive else { return nil }
        return open(info)
    }

    private var opening: String { "opening the storage pool '\(pool.name)'" }

    /// Does what is missing first; the pool once nothing is.
    private func nextStep() async throws(LibvirtError) -> OpenPool? {
        guard let info = try await connection.pool(pool.name) else {
            guard let directory = pool.directory else { throw .noSuchPool(pool.name) }
            try await connection.define(pool: PoolDescription(name: pool.name, directory: directory).xml)
            FaultPoint.reach("libvirt.pool.defined")
            return nil
        }
        guard info.isActive else {
            if pool.directory != nil { try await connection.build(pool: pool.name) }
            FaultPoint.reach("libvirt.pool.built")
            try await connection.start(pool: pool.name)
            FaultPoint.reach("libvirt.pool.started")
            return nil
        }
        guard let open = open(info) else { throw .poolWithoutDirectory(pool.name) }
        if pool.directory != nil, reach == .files, !HostFiles.exists(open.directory) {
            // somebody has removed it: libvirt makes it again only for a stopped pool
            try await connection.destroy(pool: pool.name)
            return nil
        }
        return open
    }

    func open(_ info: PoolInfo) -> OpenPool? {
        info.path.map { OpenPool(name: info.name, directory: FilePath($0), reach: reach) }
    }

    /// Removes devenv's own pool with its directory where nothing is in it. Only while the lock on its contents is held alone.
    func closePoolIfEmpty() async throws(ProviderError) {
        guard pool.directory != nil else { return }
        do throws(LibvirtError) { try await removeEmptyPool() } catch {
            if error.isMissing { return }
            throw error.providerError("removing the empty storage pool '\(pool.name)'")
        }
    }

    private func removeEmptyPool() async throws(LibvirtError) {
        guard let info = try await connection.pool(pool.name), info.path == pool.directory?.string else { return }
        if info.isActive {
            try await connection.refresh(pool: pool.name)
            guard try await connection.volumes(in: pool.name).isEmpty else { return }
            try await connection.destroy(pool: pool.name)
            FaultPoint.reach("libvirt.pool.stopped")
        }
        do throws(LibvirtError) { try await connection.delete(pool: pool.name) } catch {
            // either files that are no volumes are in the directory, and the pool stays; or an end in between has left no
            // directory, and a start fails
            if (try? await connection.start(pool: pool.name)) != nil { return }
        }
        FaultPoint.reach("libvirt.pool.deleted")
        try await connection.undefine(pool: pool.name)
    }
}

extension LibvirtError {
    fileprivate static func noSuchPool(_ name: String) -> LibvirtError {
        .unusable("there is no storage pool '\(name)'; see virsh pool-list --all")
    }

    fileprivate static func poolWithoutDirectory(_ name: String) -> LibvirtError {
        .unusable("the storage pool '\(name)' has no directory; devenv needs one of the type 'dir'")
    }
}
