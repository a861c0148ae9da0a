import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

extension SnapshotSubject {
    /// Makes a snapshot of a name that is free.
    func save(_ name: SnapshotName) async throws(ProviderError) {
        let activity = try await activity()
        let parts = try await parts(isActive: activity != .stopped)
        var entry = SnapshotEntry(
            name: name, created: Int(time(nil)), activity: activity, parent: try note().current, parts: nil)
        if parts.suitsLibvirt {
            if try await saveByLibvirt(entry, parts) { return }
            guard reachesFiles || activity != .stopped else { throw cantSave("libvirt refuses it") }
        }
        entry.parts = try await plan(entry, parts)
        try await saveByDevenv(entry, parts)
    }

    /// What the machine does now.
    private func activity() async throws(ProviderError) -> SnapshotEntry.Activity {
        guard let info = try await info() else { throw .invalidRequest("'\(identity.name)' is not created") }
        guard info.isActive else {
            guard !info.hasManagedSave else { throw saved }
            return .stopped
        }
        switch info.state {
        case .running, .blocked: return .running
        case .paused(.ioError):
            throw .invalidRequest(
                "'\(identity.name)' is halted by an error of its disk",
                help: "free some space, then run 'devenv resume'")
        case .paused: return .paused
        default:
            throw .invalidRequest(
                "'\(identity.name)' is neither running nor stopped now", help: "try again in a moment")
        }
    }

    private var saved: ProviderError {
        .invalidRequest(
            "'\(identity.name)' is suspended to disk, where no snapshot can be made of it",
            help: "run 'devenv resume' or 'devenv halt' first")
    }

    private func cantSave(_ reason: String) -> ProviderError {
        .unsupported("a snapshot of '\(identity.name)' can't be made: \(reason)")
    }

    /// Has libvirt make it; false where it can't.
    private func saveByLibvirt(_ entry: SnapshotEntry, _ parts: SnapshotParts) async throws(ProviderError) -> Bool {
        try begin(entry)
        let description = SnapshotDescription(
            entry.name, memory: entry.activity == .stopped ? .left : .internal, disks: parts.drives)
        do throws(LibvirtError) {
            try await connection.createSnapshot(domain, description.xml)
        } catch {
            try await settle()
            if error.isUnsupported { return false }
            throw error.providerError("saving '\(identity.name)' as '\(entry.name)'")
        }
        FaultPoint.reach("libvirt.snapshot.saved")
        try finish(entry)
        return true
    }

    private func begin(_ entry: SnapshotEntry) throws(ProviderError) {
        var note = try note()
        note.ongoing = .save(entry)
        try write(note)
        FaultPoint.reach("libvirt.snapshot.begun")
    }

    /// Notes that a snapshot is whole; from now on it is listed.
    func finish(_ entry: SnapshotEntry) throws(ProviderError) {
        var note = try note()
        note.remove(entry.name)
        note.snapshots.append(entry)
        note.current = entry.name
        note.ongoing = nil
        try write(note)
        FaultPoint.reach("libvirt.snapshot.noted")
    }
}

// MARK: - By devenv

extension SnapshotSubject {
    /// What there will be to bring back: the names of all copies are known before the first is made.
    private func plan(_ entry: SnapshotEntry, _ parts: SnapshotParts) async throws(ProviderError) -> SavedParts {
        // the memory of a machine that runs has the variables of its firmware
        let files = parts.files + (entry.activity == .stopped ? [parts.variables].compactMap(\.self) : [])
        guard !parts.images.isEmpty else { throw cantSave("it has no disk that holds snapshots") }
        guard reachesFiles || (files.isEmpty && entry.activity != .stopped) else {
            throw cantSave("its files are on another host, and libvirt can't save them all")
        }
        let definition = try await ask("looking at") { () async throws(LibvirtError) in
            try await connection.definition(domain)
        }
        let id = SecureRandom.hexadecimal(digits: 8)
        return SavedParts(
            tag: "devenv:\(entry.name):\(id)", images: parts.images.map(\.string),
            copies: files.enumerated().map { index, file in
                let copy = place.copies.appending(id).appending("\(index)")
                return SavedFile(file: file.string, copy: HostFiles.exists(file) ? copy.string : nil)
            }, definition: definition)
    }

    private func saveByDevenv(_ entry: SnapshotEntry, _ parts: SnapshotParts) async throws(ProviderError) {
        guard let saved = entry.parts else { return }
        try begin(entry)
        do throws(ProviderError) {
            if entry.activity == .running { try await pause() }
            FaultPoint.reach("libvirt.snapshot.paused")
            if entry.activity == .stopped {
                try await images(parts.images).save(saved.tag)
            } else {
                try await connection.withMonitor(of: domain) { (monitor) throws(ProviderError) in
                    try monitor.save(saved.tag, in: parts.images)
                }
            }
            FaultPoint.reach("libvirt.snapshot.tagged")
            for file in saved.copies { try await file.save(tools) }
            FaultPoint.reach("libvirt.snapshot.copied")
        } catch {
            try? await settle()  // the first error is the one to tell; the next operation tries again
            throw error
        }
        if entry.activity == .running { try await resume() }
        FaultPoint.reach("libvirt.snapshot.resumed")
        try finish(entry)
    }

    func pause() async throws(ProviderError) {
        try await ask("pausing") { () async throws(LibvirtError) in try await connection.suspend(domain) }
    }

    func resume() async throws(ProviderError) {
        try await ask("continuing") { () async throws(LibvirtError) in try await connection.resume(domain) }
    }
}
