import CLibvirt

/// A storage pool.
package struct PoolInfo: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Whether its volumes can be used.
    package let isActive: Bool
    /// The directory where its volumes are; nil for a pool that has none.
    package let path: String?
    /// How many bytes are free; 0 while it is not active.
    package let available: Int64
}

/// Storage pools, named by their names.
extension LibvirtConnection {
    /// All storage pools, in no order.
    package func pools() throws(LibvirtError) -> [PoolInfo] {
        try unsafe list(
            api.virStoragePoolFree,
            { list throws(LibvirtError) in try lend { unsafe api.virConnectListAllStoragePools($0, list, 0) } },
            { pool throws(LibvirtError) in try unsafe poolInfo(pool) })
    }

    /// One storage pool; nil where there is none of this name.
    package func pool(_ name: String) throws(LibvirtError) -> PoolInfo? {
        do throws(LibvirtError) {
            let pool = try storagePool(name)
            return try pool.lend { pointer throws(LibvirtError) in try unsafe poolInfo(pointer) }
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    /// Defines a storage pool, or one of the same name and UUID anew.
    package func define(pool: XMLElement) throws(LibvirtError) {
        let text = pool.description
        _ = try unsafe take(
            try lend { unsafe api.virStoragePoolDefineXML($0, text, 0) }, api.virStoragePoolFree,
            as: LibvirtObject.Pool.self)
    }

    /// Makes what a pool lies in: its directory, with all above it. One that is there stays as it is.
    package func build(pool name: String) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            try lane.call(lane.storagePool(name)) { unsafe lane.api.virStoragePoolBuild($0, 0) }
        }
    }

    /// Makes a pool's volumes usable.
    package func start(pool name: String) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            try lane.call(lane.storagePool(name)) { unsafe lane.api.virStoragePoolCreate($0, 0) }
        }
    }

    /// Looks again for a pool's volumes. Those made behind libvirt's back are not seen before.
    package func refresh(pool name: String) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            try lane.call(lane.storagePool(name)) { unsafe lane.api.virStoragePoolRefresh($0, 0) }
        }
    }

    /// Makes a pool's volumes unusable; they stay.
    package func destroy(pool name: String) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            try lane.call(lane.storagePool(name)) { unsafe lane.api.virStoragePoolDestroy($0) }
        }
    }

    /// Removes what a stopped pool lies in: its directory, which must be empty.
    package func delete(pool name: String) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            try lane.call(lane.storagePool(name)) { unsafe lane.api.virStoragePoolDelete($0, 0) }
        }
    }

    /// Removes a stopped pool's definition.
    package func undefine(pool name: String) throws(LibvirtError) {
        try call(storagePool(name)) { unsafe api.virStoragePoolUndefine($0) }
    }

    /// Has a pool started with the daemon or not.
    package func setAutostart(pool name: String, _ isOn: Bool) throws(LibvirtError) {
        try call(storagePool(name)) { unsafe api.virStoragePoolSetAutostart($0, isOn ? 1 : 0) }
    }

    private func poolInfo(_ pool: OpaquePointer) throws(LibvirtError) -> PoolInfo {
        let isActive = try check(unsafe api.virStoragePoolIsActive(pool)) == 1
        let xml = try unsafe takeXML(api.virStoragePoolGetXMLDesc(pool, 0))
        return PoolInfo(
            name: unsafe copy(api.virStoragePoolGetName(pool)), isActive: isActive,
            path: xml["target", "path"]?.text, available: xml["available"].flatMap { Int64($0.text) } ?? 0)
    }
}
