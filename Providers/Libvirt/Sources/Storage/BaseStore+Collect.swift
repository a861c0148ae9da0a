import DevenvHost
import DevenvPluginAPI
import SystemPackage

extension BaseStore {
    /// Removes the bases that no volume of the pool is an overlay of, and what is left of copies. Only while the lock on the pool's contents is held alone.
    func collect() async throws(ProviderError) {
        var known = try await storage.volumes(in: pool)
        guard !unused(among: known).isEmpty else { return }
        // before anything goes: what was made behind libvirt's back, or while it did not run, counts too
        try? await storage.connection.refresh(pool: pool.name)  // a pool that has gone has no bases either
        known = try await storage.volumes(in: pool)
        for name in unused(among: known) {
            try await remove(name)
            FaultPoint.reach("libvirt.base.removed")
        }
    }

    private func unused(among volumes: [VolumeInfo]) -> [String] {
        let used = Set(volumes.compactMap(\.backing))
        return volumes.filter { BaseImage.isBase($0.name) && !used.contains($0.path) }.map(\.name).sorted()
    }
}
