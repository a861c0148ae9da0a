import DevenvHost
package import DevenvModel
package import DevenvPluginAPI

/// What of a machine's volumes was made and is not there.
package struct MissingVolumes: Hashable, Sendable {
    /// Disks; their data is gone with them.
    package var disks: [String]
    /// What `prepare` makes again: the seed, the image below the first disk.
    package var replaceable: [String]

    /// Names what is missing.
    package init(disks: [String] = [], replaceable: [String] = []) {
        self.disks = disks
        self.replaceable = replaceable
    }

    /// Whether nothing is missing.
    package var isEmpty: Bool { disks.isEmpty && replaceable.isEmpty }
}

extension MachineStorage {
    /// Which volumes of these machines are missing; machines that miss none are not in the answer, nor are those of which
    /// nothing is noted, or whose pool can't be looked into now. One listing at most, however many machines there are.
    package func missing(for machines: [RecordedMachine]) async throws(ProviderError) -> [MachineID: MissingVolumes] {
        var notes: [(MachineIdentity, VolumesNote)] = []
        for machine in machines {
            guard let note = try note(of: machine.identity), note.uri == connection.uri else { continue }
            notes.append((machine.identity, note))
        }
        let isThere = try await presence(notes.map(\.1))
        var answer: [MachineID: MissingVolumes] = [:]
        for (identity, note) in notes {
            var missing = MissingVolumes()
            for volume in note.made where !isThere(note, volume) {
                if volume == identity.seedVolume {
                    missing.replaceable.append(volume)
                } else {
                    missing.disks.append(volume)
                }
            }
            for base in note.bases where !note.made.isEmpty && !isThere(note, base) { missing.replaceable.append(base) }
            if !missing.isEmpty { answer[identity.machine] = missing }
        }
        return answer
    }

    /// How to tell whether a volume is there: by its file where that is on this host, otherwise by one listing of the pool.
    private func presence(_ notes: [VolumesNote]) async throws(ProviderError) -> (VolumesNote, String) -> Bool {
        if reach == .files { return { HostFiles.exists($0.path(of: $1)) } }
        guard notes.contains(where: { $0.pool == pool.name }), let open = try await usablePool() else {
            return { _, _ in true }
        }
        let names = Set(try await volumes(in: open).map(\.name))
        return { note, volume in note.pool != open.name || names.contains(volume) }
    }
}
