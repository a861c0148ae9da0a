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
    package func setMemory(_ id: DomainID, bytes: Int64, live: Bool, config: Bool) throws(LibvirtError) {
        let kibibytes = UInt(max(0, bytes)) / 1_024
        let domain = try domain(id)
        if config {
            let flags = UInt32(VIR_DOMAIN_AFFECT_CONFIG.rawValue)
            let maximum = flags | UInt32(VIR_DOMAIN_MEM_MAXIMUM.rawValue)
            try check(domain.lend { unsafe api.virDomainSetMemoryFlags($0, kibibytes, maximum) })
            try check(domain.lend { unsafe api.virDomainSetMemoryFlags($0, kibibytes, flags) })
        }
        guard live else { return }
        let flags = UInt32(VIR_DOMAIN_AFFECT_LIVE.rawValue)
        try check(domain.lend { unsafe api.virDomainSetMemoryFlags($0, kibibytes, flags) })
    }

    /// Sets the number of processors. A running domain gets no more than it was started with as its maximum.
    package func setProcessors(_ id: DomainID, _ count: Int, live: Bool, config: Bool) throws(LibvirtError) {
        let number = UInt32(max(0, count))
        let domain = try domain(id)
        if config {
            let flags = UInt32(VIR_DOMAIN_AFFECT_CONFIG.rawValue)
            let maximum = flags | UInt32(VIR_DOMAIN_VCPU_MAXIMUM.rawValue)
            try check(domain.lend { unsafe api.virDomainSetVcpusFlags($0, number, maximum) })
            try check(domain.lend { unsafe api.virDomainSetVcpusFlags($0, number, flags) })
        }
        guard live else { return }
        let flags = UInt32(VIR_DOMAIN_AFFECT_LIVE.rawValue)
        try check(domain.lend { unsafe api.virDomainSetVcpusFlags($0, number, flags) })
    }

    /// Resizes a disk of a running domain, named by its target or path; the guest sees it at once.
    package func blockResize(_ id: DomainID, disk: String, bytes: Int64) throws(LibvirtError) {
        let flags = UInt32(VIR_DOMAIN_BLOCK_RESIZE_BYTES.rawValue)
        try call(domain(id)) { unsafe api.virDomainBlockResize($0, disk, UInt64(max(0, bytes)), flags) }
    }

    /// The sizes of a disk, named by its target or path.
    package func blockInfo(_ id: DomainID, disk: String) throws(LibvirtError) -> BlockInfo {
        let domain = try domain(id)
        var info = virDomainBlockInfo()
        try check(domain.lend { unsafe api.virDomainGetBlockInfo($0, disk, &info, 0) })
        return BlockInfo(
            capacity: Int64(clamping: info.capacity), allocation: Int64(clamping: info.allocation),
            physical: Int64(clamping: info.physical))
    }

    /// The disks of a running domain that have failed, by their targets.
    package func blockErrors(_ id: DomainID) throws(LibvirtError) -> [String: BlockError] {
        let domain = try domain(id)
        let most = try check(domain.lend { unsafe api.virDomainGetDiskErrors($0, nil, 0, 0) })
        guard most > 0 else { return [:] }
        let (count, failures) = domain.lend { domain in
            var failures = unsafe [virDomainDiskError](repeating: virDomainDiskError(), count: Int(most))
            return unsafe (api.virDomainGetDiskErrors(domain, &failures, UInt32(bitPattern: most), 0), failures)
        }
        try check(count)
        var errors: [String: BlockError] = [:]
        for index in 0..<Int(count) {
            guard let disk = unsafe failures[index].disk else { continue }
            let isFull = unsafe failures[index].error == Int32(VIR_DOMAIN_DISK_ERROR_NO_SPACE.rawValue)
            errors[unsafe String(cString: disk)] = isFull ? .noSpace : .unspecified
            unsafe free(disk)
        }
        return errors
    }

    /// Adds a device.
    package func attachDevice(_ id: DomainID, _ device: XMLElement, live: Bool, config: Bool) async throws(LibvirtError)
    {
        try await aside { lane throws(LibvirtError) in
            let domain = try lane.domain(id)
            let text = device.description
            let flags = Self.affecting(live: live, config: config)
            try lane.check(domain.lend { unsafe lane.api.virDomainAttachDeviceFlags($0, text, flags) })
        }
    }

    /// Changes a device that there is, such as the medium in a drive or an interface's link.
    package func updateDevice(_ id: DomainID, _ device: XMLElement, live: Bool, config: Bool) async throws(LibvirtError)
    {
        try await aside { lane throws(LibvirtError) in
            let domain = try lane.domain(id)
            let text = device.description
            let flags = Self.affecting(live: live, config: config)
            try lane.check(domain.lend { unsafe lane.api.virDomainUpdateDeviceFlags($0, text, flags) })
        }
    }

    /// Removes a device; a running guest is asked, and may take its time.
    package func detachDevice(_ id: DomainID, _ device: XMLElement, live: Bool, config: Bool) async throws(LibvirtError)
    {
        try await aside { lane throws(LibvirtError) in
            let domain = try lane.domain(id)
            let text = device.description
            let flags = Self.affecting(live: live, config: config)
            try lane.check(domain.lend { unsafe lane.api.virDomainDetachDeviceFlags($0, text, flags) })
        }
    }

    private static func affecting(live: Bool, config: Bool) -> UInt32 {
        UInt32((live ? VIR_DOMAIN_AFFECT_LIVE.rawValue : 0) | (config ? VIR_DOMAIN_AFFECT_CONFIG.rawValue : 0))
    }
}
