import DevenvHost
import DevenvPluginAPI
import SystemPackage

extension BaseStore {
    /// Removes the bases that no volume of the pool is an overlay of, and what is left of copies. Only while the lock on the pool's contents is held alone.
    func collect() async throws(ProviderError) {
        var known = try await storage.volumes(in: pool)
        // whoever was killed while a base was placed may have left one that libvirt has not seen; the last machine looks
        let isLast = !known.contains { !BaseImage.isBase($0.name) }
        guard isLast || !unused(among: known).isEmpty else { return }
        // before anything goes: what was made behind libvirt's back, or while it did not run, counts too
        try? await storage.connection.refresh(pool: pool.name)  // refused while somebody else makes a volume
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
