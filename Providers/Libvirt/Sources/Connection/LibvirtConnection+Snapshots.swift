import CLibvirt

/// A snapshot of a domain.
package struct SnapshotInfo: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// All that libvirt knows of it.
    package let xml: XMLElement
    /// Whether it is the one that the domain goes on from.
    package let isCurrent: Bool
    /// The snapshot that it goes on from.
    package let parent: String?
}

/// How a snapshot is made (`virDomainSnapshotCreateFlags`).
package struct SnapshotCreation: OptionSet, Hashable, Sendable {
    /// libvirt's flags.
    package let rawValue: UInt32

    /// Takes libvirt's flags.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    private init(_ flag: virDomainSnapshotCreateFlags) { rawValue = UInt32(flag.rawValue) }

    /// Only what libvirt notes of a snapshot that exists.
    package static let redefine = SnapshotCreation(VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE)
    /// With `redefine`: it is the one that the domain goes on from.
    package static let current = SnapshotCreation(VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT)
    /// libvirt doesn't note it.
    package static let noMetadata = SnapshotCreation(VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA)
    /// The domain is stopped afterwards.
    package static let halt = SnapshotCreation(VIR_DOMAIN_SNAPSHOT_CREATE_HALT)
    /// Without the memory.
    package static let diskOnly = SnapshotCreation(VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY)
    /// The files of an external one exist already.
    package static let reuseExternal = SnapshotCreation(VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT)
    /// The guest's file systems are frozen meanwhile, by its agent.
    package static let quiesce = SnapshotCreation(VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE)
    /// All disks or none.
    package static let atomic = SnapshotCreation(VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC)
    /// The guest runs on while its memory is written.
    package static let live = SnapshotCreation(VIR_DOMAIN_SNAPSHOT_CREATE_LIVE)
}

/// How a snapshot is gone back to (`virDomainSnapshotRevertFlags`).
package struct SnapshotReversion: OptionSet, Hashable, Sendable {
    /// libvirt's flags.
    package let rawValue: UInt32

    /// Takes libvirt's flags.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    private init(_ flag: virDomainSnapshotRevertFlags) { rawValue = UInt32(flag.rawValue) }

    /// The domain runs afterwards, whether it did when the snapshot was made or not.
    package static let running = SnapshotReversion(VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING)
    /// The domain is paused afterwards.
    package static let paused = SnapshotReversion(VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED)
    /// Also where the domain's definition has changed since.
    package static let force = SnapshotReversion(VIR_DOMAIN_SNAPSHOT_REVERT_FORCE)
    /// The variables of the firmware are made anew.
    package static let resetNVRAM = SnapshotReversion(VIR_DOMAIN_SNAPSHOT_REVERT_RESET_NVRAM)
}

/// Snapshots.
extension LibvirtConnection {
    /// The snapshots of a domain, in no order.
    package func snapshots(_ id: DomainID) async throws(LibvirtError) -> [SnapshotInfo] {
        try await run { lane throws(LibvirtError) in
            try unsafe lane.list(
                .domain(id), lane.api.virDomainSnapshotFree, { unsafe $0.virDomainListAllSnapshots($1, $2, 0) },
                { snapshot throws(LibvirtError) in
                    let text = try unsafe lane.take(lane.api.virDomainSnapshotGetXMLDesc(snapshot, 0))
                    let xml = try LibvirtLane.parse(text)
                    return SnapshotInfo(
                        name: unsafe lane.copy(lane.api.virDomainSnapshotGetName(snapshot)), xml: xml,
                        isCurrent: try lane.check(unsafe lane.api.virDomainSnapshotIsCurrent(snapshot, 0)) == 1,
                        parent: xml["parent", "name"]?.text)
                })
        }
    }

    /// Makes a snapshot and returns its name.
    @discardableResult
    package func createSnapshot(_ id: DomainID, _ snapshot: XMLElement, flags: SnapshotCreation = [])
        async throws(LibvirtError) -> String
    {
        let text = snapshot.description
        return try await run { lane throws(LibvirtError) in
            let snapshot = try unsafe lane.make(.domain(id), lane.api.virDomainSnapshotFree) {
                unsafe $0.virDomainSnapshotCreateXML($1, text, flags.rawValue)
            }
            return snapshot.lend { unsafe lane.copy(lane.api.virDomainSnapshotGetName($0)) }
        }
    }

    /// Goes back to a snapshot.
    package func revert(_ id: DomainID, to name: String, flags: SnapshotReversion = []) async throws(LibvirtError) {
        try await call(.snapshot(name, of: id)) { unsafe $0.virDomainRevertToSnapshot($1, flags.rawValue) }
    }

    /// Deletes a snapshot, or with `metadataOnly` what libvirt notes of it. Those that go on from it stay.
    package func deleteSnapshot(_ id: DomainID, _ name: String, metadataOnly: Bool = false)
        async throws(LibvirtError)
    {
        let flags = metadataOnly ? UInt32(VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY.rawValue) : 0
        try await call(.snapshot(name, of: id)) { unsafe $0.virDomainSnapshotDelete($1, flags) }
    }
}
