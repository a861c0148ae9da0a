import CLibvirt
import Glibc

/// The sizes of a disk in bytes.
package struct BlockInfo: Hashable, Sendable {
    /// What the guest sees.
    package let capacity: Int64
    /// What the host has allocated.
    package let allocation: Int64
    /// How large the file is.
    package let physical: Int64
}

/// What a disk failed with (`virDomainDiskErrorCode`).
package enum BlockError: Hashable, Sendable {
    /// Something that isn't known.
    case unspecified
    /// The host has no space left for it.
    case noSpace
}

/// Changing a domain: what runs (`live`), what is started next (`config`), or both.
extension LibvirtConnection {
    /// Sets the memory in bytes, a multiple of 1,024. A running domain gets and gives by its balloon, up to what it was
    /// started with; `config` sets that too.
    package func setMemory(_ id: DomainID, bytes: Int64, live: Bool, config: Bool) async throws(LibvirtError) {
        let kibibytes = UInt(max(0, bytes)) / 1_024
        let maximum = UInt32(VIR_DOMAIN_MEM_MAXIMUM.rawValue)
        for flags in Self.steps(live: live, config: config, maximum: maximum) {
            try await call(.domain(id)) { unsafe $0.virDomainSetMemoryFlags($1, kibibytes, flags) }
        }
    }

    /// Sets the number of processors. A running domain gets no more than it was started with as its maximum.
    package func setProcessors(_ id: DomainID, _ count: Int, live: Bool, config: Bool) async throws(LibvirtError) {
        let number = UInt32(max(0, count))
        let maximum = UInt32(VIR_DOMAIN_VCPU_MAXIMUM.rawValue)
        for flags in Self.steps(live: live, config: config, maximum: maximum) {
            try await call(.domain(id)) { unsafe $0.virDomainSetVcpusFlags($1, number, flags) }
        }
    }

    /// The definition's maximum first, which takes what is above it down; then what the definition starts with, then
    /// what runs.
    private static func steps(live: Bool, config: Bool, maximum: UInt32) -> [UInt32] {
        let definition = affecting(live: false, config: true)
        return (config ? [definition | maximum, definition] : []) + (live ? [affecting(live: true, config: false)] : [])
    }

    /// Resizes a disk of a running domain, named by its target or path; the guest sees it at once.
    package func blockResize(_ id: DomainID, disk: String, bytes: Int64) async throws(LibvirtError) {
        let flags = UInt32(VIR_DOMAIN_BLOCK_RESIZE_BYTES.rawValue)
        try await call(.domain(id)) { unsafe $0.virDomainBlockResize($1, disk, UInt64(max(0, bytes)), flags) }
    }

    /// The sizes of a disk, named by its target or path.
    package func blockInfo(_ id: DomainID, disk: String) async throws(LibvirtError) -> BlockInfo {
        try await run { lane throws(LibvirtError) in
            var info = virDomainBlockInfo()
            try lane.call(.domain(id)) { unsafe $0.virDomainGetBlockInfo($1, disk, &info, 0) }
            return BlockInfo(
                capacity: Int64(clamping: info.capacity), allocation: Int64(clamping: info.allocation),
                physical: Int64(clamping: info.physical))
        }
    }

    /// The disks of a running domain that have failed, by their targets.
    package func blockErrors(_ id: DomainID) async throws(LibvirtError) -> [String: BlockError] {
        try await run { lane throws(LibvirtError) in
            let most = try lane.call(.domain(id)) { unsafe $0.virDomainGetDiskErrors($1, nil, 0, 0) }
            guard most > 0 else { return [:] }
            var failures = unsafe [virDomainDiskError](repeating: virDomainDiskError(), count: Int(most))
            let count = try lane.call(.domain(id)) {
                unsafe $0.virDomainGetDiskErrors($1, &failures, UInt32(bitPattern: most), 0)
            }
            var errors: [String: BlockError] = [:]
            for index in 0..<Int(count) {
                guard let disk = unsafe failures[index].disk else { continue }
                let isFull = unsafe failures[index].error == Int32(VIR_DOMAIN_DISK_ERROR_NO_SPACE.rawValue)
                errors[unsafe String(cString: disk)] = isFull ? .noSpace : .unspecified
                unsafe free(disk)
            }
            return errors
        }
    }

    /// Adds a device.
    package func attachDevice(_ id: DomainID, _ device: XMLElement, live: Bool, config: Bool)
        async throws(LibvirtError)
    {
        let (text, flags) = (device.description, Self.affecting(live: live, config: config))
        try await call(.domain(id)) { unsafe $0.virDomainAttachDeviceFlags($1, text, flags) }
    }

    /// Changes a device that there is, such as the medium in a drive or an interface's link.
    package func updateDevice(_ id: DomainID, _ device: XMLElement, live: Bool, config: Bool)
        async throws(LibvirtError)
    {
        let (text, flags) = (device.description, Self.affecting(live: live, config: config))
        try await call(.domain(id)) { unsafe $0.virDomainUpdateDeviceFlags($1, text, flags) }
    }

    /// Removes a device; a running guest is asked, and may take its time.
    package func detachDevice(_ id: DomainID, _ device: XMLElement, live: Bool, config: Bool)
        async throws(LibvirtError)
    {
        let (text, flags) = (device.description, Self.affecting(live: live, config: config))
        try await call(.domain(id)) { unsafe $0.virDomainDetachDeviceFlags($1, text, flags) }
    }

    /// The flags for what runs, for what is started next, or for both.
    static func affecting(live: Bool, config: Bool) -> UInt32 {
        UInt32((live ? VIR_DOMAIN_AFFECT_LIVE.rawValue : 0) | (config ? VIR_DOMAIN_AFFECT_CONFIG.rawValue : 0))
    }
}
