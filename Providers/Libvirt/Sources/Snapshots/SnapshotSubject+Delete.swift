import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

extension SnapshotSubject {
    /// Removes a snapshot that there is.
    func delete(_ entry: SnapshotEntry) async throws(ProviderError) {
        var note = try note()
        note.ongoing = .delete(entry)
        // from now on it is not listed: part of it may be gone
        note.remove(entry.name)
        try write(note)
        FaultPoint.reach("libvirt.snapshot.unlisted")
        try await completeDelete(entry)
    }

    private func completeDelete(_ entry: SnapshotEntry) async throws(ProviderError) {
        if let parts = entry.parts {
            try await discard(parts)
        } else {
            try await ask("removing a snapshot of") { () async throws(LibvirtError) in
                do throws(LibvirtError) { try await connection.deleteSnapshot(domain, entry.name.rawValue) } catch {
                    guard error.isMissing else { throw error }
                }
            }
        }
        FaultPoint.reach("libvirt.snapshot.removed")
        try clearOngoing()
    }

    private func clearOngoing() throws(ProviderError) {
        var note = try note()
        note.ongoing = nil
        try write(note)
    }

    /// Gives up what devenv has saved, as far as it is there.
    private func discard(_ parts: SavedParts) async throws(ProviderError) {
        try await discard(parts.tag, parts.images.map { FilePath($0) })
        FaultPoint.reach("libvirt.snapshot.untagged")
        for copy in parts.copies.compactMap(\.copy) {
            try ProviderError.translate { () throws(HostError) in
                try HostFiles.remove(FilePath(copy).removingLastComponent())
            }
        }
        _ = unsafe rmdir(place.copies.string)  // not empty while other snapshots have copies
    }

    private func discard(_ tag: String, _ images: [FilePath]) async throws(ProviderError) {
        if try await info()?.isActive == true {
            try await connection.withMonitor(of: domain) { (monitor) throws(ProviderError) in
                try monitor.delete(tag, from: images)
            }
        } else {
            guard reachesFiles else { throw .unsupported("the files of '\(identity.name)' are on another host") }
            try await self.images(images).delete(tag)
        }
    }

    /// Takes back a snapshot whose making did not come to its end, completes a removal, and, unless told otherwise, completes
    /// bringing the machine back to a snapshot: what is half back is not the machine any more.
    func settle(completingRestores: Bool = true) async throws(ProviderError) {
        switch try note().ongoing {
        case nil: return
        case .delete(let entry): try await completeDelete(entry)
        case .save(let entry): try await takeBack(entry)
        case .restore(let name):
            guard completingRestores else { return }
            guard let entry = try await entries().first(where: { $0.name == name }) else { return try clearOngoing() }
            try await restore(entry)
        }
    }

    private func takeBack(_ entry: SnapshotEntry) async throws(ProviderError) {
        if let parts = entry.parts {
            try await discard(parts)
            // the pause was ours
            if entry.activity == .running, try await info()?.state == .paused(.user) { try await resume() }
        } else if try await entries().contains(where: { $0.name == entry.name }) {
            // libvirt went on without us
            return try finish(entry)
        } else if reachesFiles {
            // a daemon that was killed may have left the content without knowing of it
            try await discard(entry.name.rawValue, try await parts(isActive: false).images)
        }
        try clearOngoing()
    }
}
