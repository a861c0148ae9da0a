import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import SystemPackage

extension MachineStorage {
    /// Makes what a machine needs on disk, as far as it is not there, and says where it is: the box's image in the pool, the
    /// first disk over it, the disks beside it, the seed. Disks that are smaller than wanted grow, also while the machine runs.
    ///
    /// Repeating it completes what is half made, puts a base back that is missing, writes the seed anew when it has changed,
    /// and leaves all else as it is. A disk that was there and is missing is an error: its data is gone.
    package func prepare(_ plan: DiskPlan) async throws(ProviderError) -> DomainFiles {
        let use = try await lock(.contents, .shared)
        defer { extendLifetime(use) }
        let pool = try await openPool()
        var note = try begin(plan, in: pool)
        let bases = try await prepareDisks(plan, &note, in: pool)
        for disk in plan.extraDisks { try await prepareExtraDisk(disk, of: plan.identity, note, in: pool) }
        if let seed = plan.seed { try await prepareSeed(seed, of: plan.identity, &note, in: pool) }
        note.made = plan.volumes
        try write(note, of: plan.identity)
        FaultPoint.reach("libvirt.storage.noted")
        return DomainFiles(
            disk: pool.path(of: plan.identity.rootVolume), bases: [bases[0]],
            boxDisks: zip(1..., bases.dropFirst()).map { index, base in
                DomainFiles.BoxDisk(file: pool.path(of: plan.identity.boxVolume(index)), base: base)
            },
            extraDisks: plan.extraDisks.map { pool.path(of: plan.identity.extraVolume($0)) },
            seed: plan.seed.map { _ in pool.path(of: plan.identity.seedVolume) })
    }

    /// Notes what is about to be made.
    private func begin(_ plan: DiskPlan, in pool: OpenPool) throws(ProviderError) -> VolumesNote {
        var note = VolumesNote(plan, in: pool, uri: connection.uri)
        if let before = try self.note(of: plan.identity), before.isAbout(pool, at: connection.uri) {
            note = before
            note.volumes += plan.volumes.filter { !before.volumes.contains($0) }
        }
        try write(note, of: plan.identity)
        FaultPoint.reach("libvirt.storage.begun")
        return note
    }

    /// What was noted of a machine.
    func note(of identity: MachineIdentity) throws(ProviderError) -> VolumesNote? {
        try Notes.read(VolumesNote.self, at: MachinePlace(identity, in: directories).volumesNote)
    }

    /// Writes a note where it says something new.
    func write(_ note: VolumesNote, of identity: MachineIdentity) throws(ProviderError) {
        guard try self.note(of: identity) != note else { return }
        try Notes.write(note, to: MachinePlace(identity, in: directories).volumesNote)
    }
}

// MARK: - Disks

extension MachineStorage {
    /// Makes the box's disks and what is below each, and returns the latter.
    private func prepareDisks(_ plan: DiskPlan, _ note: inout VolumesNote, in pool: OpenPool)
        async throws(ProviderError) -> [FilePath]
    {
        var bases: [FilePath] = []
        for index in 0..<max(1, plan.box.layers.count) {
            bases.append(try await prepareDisk(index, plan, note, in: pool))
        }
        note.base = bases.first?.lastComponent?.string
        let further = bases.dropFirst().compactMap { $0.lastComponent?.string }
        note.furtherBases = further.isEmpty ? nil : further
        return bases
    }

    /// Makes one of the box's disks and what is below it, and returns the latter. Only the first one may be asked to be larger
    /// than in the box.
    private func prepareDisk(_ index: Int, _ plan: DiskPlan, _ note: VolumesNote, in pool: OpenPool)
        async throws(ProviderError) -> FilePath
    {
        let name = index == 0 ? plan.identity.rootVolume : plan.identity.boxVolume(index)
        let wanted = index == 0 ? plan.size : nil
        if let found = try await usable(name, note, in: pool), let backing = found.backing {
            try await keepBase(FilePath(backing), plan.box, index, in: pool)
            try await grow(found, to: wanted, of: plan.identity, in: pool)
            return FilePath(backing)
        }
        let image = try BaseImage(plan.box, disk: index)
        let size = wanted ?? image.capacity
        guard size >= image.capacity else {
            throw .invalidRequest(
                "the disk of '\(plan.identity.name)' can't be smaller than that of its box: \(size) < \(image.capacity)",
                help: "set 'disk' to at least \(image.capacity)")
        }
        let base = try await BaseStore(storage: self, pool: pool).place(image)
        try ProviderError.checkCancellation("making the disk of '\(plan.identity.name)'")
        try await remake(.overlay(name, of: base, capacity: size), in: pool)
        FaultPoint.reach("libvirt.storage.disk")
        return base
    }

    /// Puts back a base that is missing. The disk over it decides which it has to be.
    private func keepBase(
        _ path: FilePath, _ box: BoxImage, _ index: Int, in pool: OpenPool
    ) async throws(ProviderError) {
        if let image = try? BaseImage(box, disk: index), pool.path(of: image.volume) == path {
            _ = try await BaseStore(storage: self, pool: pool).place(image)
            return
        }
        // another box, or one that the store has no longer: good enough as long as it is there
        guard pool.reach == .files, !HostFiles.exists(path) else { return }
        throw .failed(
            "the image '\(path)' below the machine's disk is missing, and its box is not at hand",
            help: "run 'devenv destroy', then 'devenv up'")
    }

    private func prepareExtraDisk(
        _ disk: ExtraDisk, of identity: MachineIdentity, _ note: VolumesNote, in pool: OpenPool
    ) async throws(ProviderError) {
        let name = identity.extraVolume(disk)
        if let found = try await usable(name, note, in: pool) {
            return try await grow(found, to: disk.size, of: identity, in: pool)
        }
        try await remake(.blank(name, capacity: disk.size), in: pool)
        FaultPoint.reach("libvirt.storage.extra")
    }

    /// A disk that was made before; nil where it is still to be made. What a killed daemon has left of one is none: nothing was
    /// ever in it.
    private func usable(_ name: String, _ note: VolumesNote, in pool: OpenPool) async throws(ProviderError)
        -> VolumeInfo?
    {
        let found = try await find(name, in: pool)
        if let found, found.format == "qcow2", found.capacity > 0 { return found }
        guard !note.made.contains(name) else {
            throw .failed(
                "the disk '\(pool.path(of: name))' is \(found == nil ? "missing" : "damaged")",
                help: "run 'devenv destroy', then 'devenv up'")
        }
        return nil
    }
}
