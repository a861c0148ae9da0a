import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension MachineStorage {
    /// Writes a machine's seed where it is not there yet, or holds something else. It is trusted for a note that is taken away
    /// before it is written and put back afterwards.
    func prepareSeed(_ seed: Seed, of identity: MachineIdentity, _ note: inout VolumesNote, in pool: OpenPool)
        async throws(ProviderError)
    {
        let (name, digest) = (identity.seedVolume, seed.digest)
        if note.seed == digest, try await find(name, in: pool) != nil { return }
        note.seed = nil
        try write(note, of: identity)
        FaultPoint.reach("libvirt.seed.begun")
        if pool.reach == .nowhere {
            try await remake(.raw(name, length: ByteCount(bytes: 1)), in: pool)
        } else {
            let image = SeedImage(seed: seed, workshop: MachinePlace(identity, in: directories).workshop)
            try await image.with(tools) { (file) async throws(ProviderError) in
                try await send(file, to: name, mode: 0o600, in: pool)
            }
        }
        note.seed = digest
        try write(note, of: identity)
        FaultPoint.reach("libvirt.seed.filled")
    }
}
