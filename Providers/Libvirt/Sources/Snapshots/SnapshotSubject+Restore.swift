import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension SnapshotSubject {
    /// Brings the machine back to a snapshot that there is.
    func restore(_ entry: SnapshotEntry) async throws(ProviderError) {
        var note = try note()
        note.ongoing = .restore(entry.name)
        try write(note)
        FaultPoint.reach("libvirt.restore.begun")
        // memory that was saved to disk belongs to disks as they are now: its next start would ruin those that come back
        try await ask("giving up the saved memory of") { () async throws(LibvirtError) in
            try await connection.removeManagedSave(domain)
        }
        if let parts = entry.parts {
            try await restoreByDevenv(entry, parts)
        } else {
            try await ask("bringing back") { () async throws(LibvirtError) in
                try await connection.revert(domain, to: entry.name.rawValue, flags: .force)
            }
        }
        FaultPoint.reach("libvirt.restore.done")
        note = try self.note()
        note.current = entry.name
        note.ongoing = nil
        try write(note)
    }

    private func restoreByDevenv(_ entry: SnapshotEntry, _ parts: SavedParts) async throws(ProviderError) {
        try await powerOff()
        FaultPoint.reach("libvirt.restore.stopped")
        try await define(parts)
        for file in parts.copies { try await file.restore(tools) }
        FaultPoint.reach("libvirt.restore.copied")
        let images = parts.images.map { FilePath($0) }
        guard entry.activity != .stopped else { return try await self.images(images).restore(parts.tag) }
        try await ask("starting") { () async throws(LibvirtError) in
            try await connection.start(domain, paused: true)
        }
        FaultPoint.reach("libvirt.restore.started")
        do throws(ProviderError) {
            try await connection.withMonitor(of: domain) { (monitor) throws(ProviderError) in
                try monitor.load(parts.tag, from: images)
            }
        } catch {
            try? await powerOff()  // it must not go on with half of it; the error to tell is the first
            throw error
        }
        FaultPoint.reach("libvirt.restore.loaded")
        if entry.activity == .running { try await resume() }
    }

    private func powerOff() async throws(ProviderError) {
        guard try await info()?.isActive == true else { return }
        try await ask("switching off") { () async throws(LibvirtError) in
            do throws(LibvirtError) { try await connection.powerOff(domain, gracefully: false) } catch {
                // it has just stopped by itself
                guard error.isOperationInvalid else { throw error }
            }
        }
    }

    /// Describes the machine to libvirt as it was then: saved memory fits no other.
    private func define(_ parts: SavedParts) async throws(ProviderError) {
        let definition: XMLElement
        do throws(XMLError) { definition = try XMLParser.parse(parts.definition) } catch {
            throw .failed("the description of '\(identity.name)' in its snapshot can't be read: \(error)")
        }
        _ = try await ask("describing") { () async throws(LibvirtError) in try await connection.define(definition) }
    }
}
