import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// The machines that others are clones of: one for each box, made from its disks, and never started.
///
/// A master is whole once it has its snapshot. Whoever makes, clones or removes one holds its lock, so that none goes between
/// its making and its first clone.
struct Masters: Sendable {
    let manage: VBoxManage
    let version: VBoxVersion
    let places: MachinePlaces

    /// What its snapshot is called.
    static let snapshot = "devenv"

    /// Lends the master of a box to a call that makes a clone of its snapshot; makes the master where there is none, or half
    /// of one.
    func with(
        _ box: BoxImage, _ attempt: String, _ clone: (VMID) async throws(VBoxError) -> Void
    ) async throws(ProviderError) {
        guard let master = places.master(of: box.digest) else {
            throw .invalidRequest("\(attempt): its box has no proper digest")
        }
        let lock = try await lock(master, attempt)
        let result: Result<Void, ProviderError>
        do throws(ProviderError) { result = .success(try await lend(master, from: box, attempt, clone)) } catch {
            result = .failure(error)
        }
        _ = consume lock
        return try result.get()
    }

    private func lend(
        _ master: VMID, from box: BoxImage, _ attempt: String, _ clone: (VMID) async throws(VBoxError) -> Void
    ) async throws(ProviderError) {
        if HostFiles.exists(places.folder(of: master)) {
            do throws(VBoxError) { return try await clone(master) } catch {
                // nothing tells a master that is not there from a snapshot that is not
                guard error.isMissing || error.isInaccessible else { throw error.providerError(attempt) }
            }
        }
        try ProviderError.checkCancellation(attempt)
        try await make(master, from: box, attempt)
        try ProviderError.checkCancellation(attempt)
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in try await clone(master) }
    }

    /// Removes masters that nothing is a clone of any more. `known`: the disks that there were a moment ago, where they have
    /// been asked for; `without`: a folder whose disks have gone since.
    func collect(_ known: DiskCensus?, without folder: FilePath, _ attempt: String) async throws(ProviderError) {
        let names = try ProviderError.translate { () throws(HostError) in try HostFiles.list(places.masters) }
        let masters = names.compactMap { MachinePlaces.master(named: $0) }
        guard !masters.isEmpty else { return }
        let census: DiskCensus
        if let known { census = known } else { census = try await disks(attempt) }
        for master in masters {
            let place = places.folder(of: master)
            // of two that go at once, each may have been seen by the other: then its file is gone
            let dependents = census.dependents(on: place).filter {
                !$0.location.starts(with: folder) && HostFiles.exists($0.location)
            }
            guard dependents.isEmpty else { continue }
            // whoever holds it for long is about to clone it; whoever looks at it as we do is soon done
            guard let lock = try await places.take(places.lock(of: master), attempt, for: .seconds(10)) else {
                continue
            }
            // whoever has let go of it meanwhile may have cloned it
            if try await disks(attempt).dependents(on: place).isEmpty {
                try await removal(of: master, attempt).run()
            }
            _ = consume lock
        }
    }

    private func disks(_ attempt: String) async throws(ProviderError) -> DiskCensus {
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            DiskCensus(try await manage.run(.disks))
        }
    }

    private func lock(_ master: VMID, _ attempt: String) async throws(ProviderError) -> FileLock {
        guard let lock = try await places.take(places.lock(of: master), attempt, for: .seconds(3600)) else {
            throw .timedOut("\(attempt): another command has been making the machine of its box for an hour")
        }
        return lock
    }

    private func make(_ master: VMID, from box: BoxImage, _ attempt: String) async throws(ProviderError) {
        let appliance = try Appliance.read(box)
        let making = MasterMaking(
            manage: manage, version: version, master: master, places: places,
            mark: OwnershipMark(masterOf: box.digest))
        let isKnown = HostFiles.exists(places.folder(of: master))
        // what an attempt that was broken off has left
        if isKnown { try await removal(of: master, attempt).run() }
        try ProviderError.translate { () throws(HostError) in
            try HostFiles.makeDirectory(places.masters, mode: .ownerReadWriteExecute)
        }
        do throws(VBoxError) { try await making.make(appliance) } catch {
            // one whose folder somebody has removed is still known to VirtualBox
            let isCleared = await clear(master, attempt)
            guard !isKnown, isCleared, error.says("already exists") else { throw error.providerError(attempt) }
            try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
                try await making.make(appliance)
            }
        }
    }

    /// Removes what an attempt has left that failed. What can't be removed now is removed before the next one.
    private func clear(_ master: VMID, _ attempt: String) async -> Bool {
        do throws(ProviderError) { try await removal(of: master, attempt).run() } catch { return false }
        return true
    }

    private func removal(of master: VMID, _ attempt: String) -> MachineRemoval {
        MachineRemoval(manage: manage, machine: master, folder: places.folder(of: master), attempt: attempt)
    }
}
