import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension MachineStorage {
    /// All volumes of a pool.
    func volumes(in pool: OpenPool) async throws(ProviderError) -> [VolumeInfo] {
        try await ProviderError.libvirt("listing the storage pool '\(pool.name)'") { () async throws(LibvirtError) in
            try await connection.volumes(in: pool.name)
        }
    }

    /// Makes a volume. One of its name that is there already is an error.
    func create(_ volume: VolumeDescription, in pool: OpenPool) async throws(ProviderError) {
        let attempt = "making the volume '\(volume.name)'"
        do throws(LibvirtError) {
            _ = try await connection.createVolume(in: pool.name, volume.xml)
        } catch {
            throw await explain(error.providerError(attempt), in: pool)
        }
    }

    /// A volume; nil where there is none. libvirt learns of files that came behind its back only when it is told to look.
    func find(_ name: String, in pool: OpenPool) async throws(ProviderError) -> VolumeInfo? {
        let attempt = "looking for the volume '\(name)'"
        return try await ProviderError.libvirt(attempt) { () async throws(LibvirtError) in
            if let known = try await connection.volume(in: pool.name, name) { return known }
            guard pool.reach == .files, HostFiles.exists(pool.path(of: name)) else { return nil }
            try await connection.refresh(pool: pool.name)
            return try await connection.volume(in: pool.name, name)
        }
    }

    /// Makes a volume in place of whatever has its name, be it a file that is long gone and that libvirt still has in mind.
    func remake(_ volume: VolumeDescription, in pool: OpenPool) async throws(ProviderError) {
        try await delete(volume.name, in: pool)
        try await create(volume, in: pool)
    }

    /// Makes a disk larger where it is smaller than wanted, also while the machine runs. Disks never shrink.
    func grow(_ volume: VolumeInfo, to size: ByteCount?, of identity: MachineIdentity, in pool: OpenPool)
        async throws(ProviderError)
    {
        guard let size, size.bytes != volume.capacity else { return }
        guard size.bytes > volume.capacity else {
            let now = ByteCount(bytes: volume.capacity)
            throw .invalidRequest(
                "a disk of '\(identity.name)' can't shrink from \(now) to \(size)",
                help: "set it back to \(now), or run 'devenv destroy' and 'devenv up'")
        }
        try await ProviderError.libvirt("growing the disk '\(volume.path)'") { () async throws(LibvirtError) in
            if let id = DomainID(identity.domainUUID), try await connection.domains(of: [id])[id]?.isActive == true {
                try await connection.blockResize(id, disk: volume.path, bytes: size.bytes)
            } else {
                try await connection.resizeVolume(in: pool.name, volume.name, bytes: size.bytes)
            }
        }
        FaultPoint.reach("libvirt.storage.grown")
    }

    /// Removes a volume; one that is not there is fine. A file in its place that libvirt doesn't know of goes too.
    func delete(_ volume: String, in pool: OpenPool) async throws(ProviderError) {
        do throws(LibvirtError) {
            try await deleteWhenFree(volume, in: pool)
        } catch {
            guard error.isMissing else { throw error.providerError("removing the volume '\(volume)'") }
            guard pool.reach == .files else { return }
            try ProviderError.translate { () throws(HostError) in try HostFiles.remove(pool.path(of: volume)) }
        }
    }

    /// For a moment after a transfer libvirt still holds a volume and refuses.
    private func deleteWhenFree(_ volume: String, in pool: OpenPool) async throws(LibvirtError) {
        let deadline = ContinuousClock.now + .seconds(2)
        while true {
            do throws(LibvirtError) { return try await connection.deleteVolume(in: pool.name, volume) } catch {
                guard error.isOperationInvalid, ContinuousClock.now < deadline, !Task.isCancelled else { throw error }
            }
            try? await Task.sleep(for: .milliseconds(20))  // one that was cancelled tries once more
        }
    }

    /// An error of a volume's making, as a full disk where that is why: the tools that libvirt and we use say it in words of
    /// their own, what the file system says is the same everywhere.
    func explain(_ error: ProviderError, in pool: OpenPool) async -> ProviderError {
        guard error.code == .failed else { return error }
        var free = pool.free
        if free == nil, pool.reach == .connection {
            // only a look at the pool brings its numbers up to date; without, the error stays as it is
            try? await connection.refresh(pool: pool.name)
            free = try? await connection.pool(pool.name)?.available
        }
        guard let free, free < 1 << 20 else { return error }
        return .diskFull(
            "no space is left in '\(pool.directory)': \(error.message)",
            help: "free some space: 'devenv destroy' of machines no longer needed, 'devenv box prune'")
    }
}
