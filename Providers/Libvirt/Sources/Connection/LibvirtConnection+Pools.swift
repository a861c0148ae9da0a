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
    package func pools() async throws(LibvirtError) -> [PoolInfo] {
        try await run { lane throws(LibvirtError) in
            try unsafe lane.list(
                .connection, lane.api.virStoragePoolFree, { unsafe $0.virConnectListAllStoragePools($1, $2, 0) },
                { pool throws(LibvirtError) in try unsafe lane.info(pool: pool) })
        }
    }

    /// One storage pool; nil where there is none of this name.
    package func pool(_ name: String) async throws(LibvirtError) -> PoolInfo? {
        try await run { lane throws(LibvirtError) in
            try lane.look(.pool(name)) { pool throws(LibvirtError) in try unsafe lane.info(pool: pool) }
        }
    }

    /// Defines a storage pool, or one of the same name and UUID anew.
    package func define(pool: XMLElement) async throws(LibvirtError) {
        let text = pool.description
        try await run { lane throws(LibvirtError) in
            _ = try unsafe lane.make(.connection, lane.api.virStoragePoolFree) {
                unsafe $0.virStoragePoolDefineXML($1, text, 0)
            }
        }
    }

    /// Makes what a pool lies in: its directory, with all above it. One that is there stays as it is.
    package func build(pool name: String) async throws(LibvirtError) {
        try await call(.pool(name)) { unsafe $0.virStoragePoolBuild($1, 0) }
    }

    /// Makes a pool's volumes usable.
    package func start(pool name: String) async throws(LibvirtError) {
        try await call(.pool(name)) { unsafe $0.virStoragePoolCreate($1, 0) }
    }

    /// Looks again for a pool's volumes. Those made behind libvirt's back are not seen before.
    package func refresh(pool name: String) async throws(LibvirtError) {
        try await call(.pool(name)) { unsafe $0.virStoragePoolRefresh($1, 0) }
    }

    /// Makes a pool's volumes unusable; they stay.
    package func destroy(pool name: String) async throws(LibvirtError) {
        try await call(.pool(name)) { unsafe $0.virStoragePoolDestroy($1) }
    }

    /// Removes what a stopped pool lies in: its directory, which must be empty.
    package func delete(pool name: String) async throws(LibvirtError) {
        try await call(.pool(name)) { unsafe $0.virStoragePoolDelete($1, 0) }
    }

    /// Removes a stopped pool's definition.
    package func undefine(pool name: String) async throws(LibvirtError) {
        try await call(.pool(name)) { unsafe $0.virStoragePoolUndefine($1) }
    }

    /// Has a pool started with the daemon or not.
    package func setAutostart(pool name: String, _ isOn: Bool) async throws(LibvirtError) {
        try await call(.pool(name)) { unsafe $0.virStoragePoolSetAutostart($1, isOn ? 1 : 0) }
    }
}

extension LibvirtLane {
    fileprivate func info(pool: OpaquePointer) throws(LibvirtError) -> PoolInfo {
        let isActive = try check(unsafe api.virStoragePoolIsActive(pool)) == 1
        let xml = try Self.parse(try unsafe take(api.virStoragePoolGetXMLDesc(pool, 0)))
        return PoolInfo(
            name: unsafe copy(api.virStoragePoolGetName(pool)), isActive: isActive,
            path: xml["target", "path"]?.text, available: xml["available"].flatMap { Int64($0.text) } ?? 0)
    }
}
