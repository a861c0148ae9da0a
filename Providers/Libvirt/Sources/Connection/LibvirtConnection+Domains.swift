import CLibvirt

/// What there is, and its definition.
extension LibvirtConnection {
    /// Those of the domains that exist, with one listing however many there are.
    package func domains(of ids: some Sequence<DomainID>) async throws(LibvirtError)
        -> [DomainID: DomainInfo]
    {
        let wanted = Set(ids)
        let found = try await allDomains().filter { wanted.contains($0.id) }
        return Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
    }

    /// All domains, in no order, with three words to the daemon however many there are. Waits for a domain that is just
    /// being started or stopped, some tenths of a second.
    package func allDomains() async throws(LibvirtError) -> [DomainInfo] {
        try await aside { lane throws(LibvirtError) in
            let states = try lane.states()
            // the later look at what is saved decides whether a stopped domain was stopped or saved
            let saved = try Set(lane.ids(VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE))
            let transient = try Set(lane.ids(VIR_CONNECT_LIST_DOMAINS_TRANSIENT))
            return states.map { id, name, state, isActive in
                DomainInfo(
                    id: id, name: name, state: state, isActive: isActive, hasManagedSave: saved.contains(id),
                    isPersistent: !transient.contains(id))
            }
        }
    }

    /// What is known of one domain.
    package func domainInfo(_ id: DomainID) async throws(LibvirtError) -> DomainInfo {
        try await aside { lane throws(LibvirtError) in
            let domain = try lane.domain(id)
            var (state, reason): (Int32, Int32) = (0, 0)
            try lane.check(domain.lend { unsafe lane.api.virDomainGetState($0, &state, &reason, 0) })
            let hasSave = try lane.check(domain.lend { unsafe lane.api.virDomainHasManagedSaveImage($0, 0) }) == 1
            let isPersistent = try lane.check(domain.lend { unsafe lane.api.virDomainIsPersistent($0) }) == 1
            return DomainInfo(
                id: id, name: domain.lend { unsafe lane.copy(lane.api.virDomainGetName($0)) },
                state: DomainState(state: state, reason: reason),
                isActive: domain.lend { unsafe lane.isActive($0) }, hasManagedSave: hasSave, isPersistent: isPersistent)
        }
    }

    /// The domain of a name; nil where there is none.
    package func domainID(named name: String) throws(LibvirtError) -> DomainID? {
        do throws(LibvirtError) {
            let domain = try unsafe take(
                try lend { unsafe api.virDomainLookupByName($0, name) }, api.virDomainFree,
                as: LibvirtObject.Domain.self)
            return try identify(domain)
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    /// A domain's XML: as it is now, or, `inactive`, as it will be started next.
    package func domainXML(_ id: DomainID, inactive: Bool) async throws(LibvirtError) -> XMLElement {
        try await aside { lane throws(LibvirtError) in
            let flags = inactive ? UInt32(VIR_DOMAIN_XML_INACTIVE.rawValue) : 0
            let domain = try lane.domain(id)
            return try unsafe lane.takeXML(domain.lend { unsafe lane.api.virDomainGetXMLDesc($0, flags) })
        }
    }

    /// The metadata element of a domain in devenv's namespace; nil where it has none.
    package func domainMetadata(_ id: DomainID) throws(LibvirtError) -> XMLElement? {
        let domain = try domain(id)
        let kind = Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue)
        do throws(LibvirtError) {
            return try unsafe takeXML(domain.lend { unsafe api.virDomainGetMetadata($0, kind, Self.namespace, 0) })
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    /// Replaces the metadata element of a domain in devenv's namespace, in its definition and in the running domain.
    package func setDomainMetadata(_ id: DomainID, _ element: XMLElement) throws(LibvirtError) {
        let domain = try domain(id)
        let isActive = domain.lend { unsafe api.virDomainGetID($0) != UInt32.max }
        let live = isActive ? UInt32(VIR_DOMAIN_AFFECT_LIVE.rawValue) : 0
        let flags = live | UInt32(VIR_DOMAIN_AFFECT_CONFIG.rawValue)
        let kind = Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue)
        let text = element.description
        try check(
            domain.lend { unsafe api.virDomainSetMetadata($0, kind, text, "devenv", Self.namespace, flags) })
    }

    /// The XML namespace of what devenv notes in domains and networks.
    package static let namespace = "urn:devenv:1"

    /// Defines a domain, or defines one of the same UUID and name anew, which a running one follows when it is started
    /// next.
    package func define(_ domain: XMLElement) async throws(LibvirtError) -> DomainID {
        let text = domain.description
        return try await aside { lane throws(LibvirtError) in
            let domain = try unsafe lane.take(
                try lane.lend { unsafe lane.api.virDomainDefineXMLFlags($0, text, 0) }, lane.api.virDomainFree,
                as: LibvirtObject.Domain.self)
            return try lane.identify(domain)
        }
    }

    /// Removes a domain's definition with its NVRAM, TPM, managed save and the metadata of its snapshots. A running one
    /// goes on, and is gone once it stops. Disks stay.
    package func undefine(_ id: DomainID) throws(LibvirtError) {
        let domain = try domain(id)
        // drivers and versions differ in what they know; what they don't know, they don't have
        for flags in Self.undefineFlags.dropLast() {
            do throws(LibvirtError) {
                try check(domain.lend { unsafe api.virDomainUndefineFlags($0, flags) })
                return
            } catch {
                guard error.isInvalidArgument || error.isUnsupported else { throw error }
            }
        }
        try check(domain.lend { unsafe api.virDomainUndefineFlags($0, 0) })
    }

    private static let undefineFlags: [UInt32] = {
        let common = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE.rawValue | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA.rawValue
        let nvram = common | VIR_DOMAIN_UNDEFINE_NVRAM.rawValue
        let checkpoints = nvram | VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA.rawValue
        return [checkpoints | VIR_DOMAIN_UNDEFINE_TPM.rawValue, checkpoints, nvram, common, 0].map { UInt32($0) }
    }()

    private func identify(_ domain: borrowing Handle<LibvirtObject.Domain>) throws(LibvirtError) -> DomainID {
        guard let id = domain.lend({ unsafe DomainID(of: $0, api) }) else { throw lastError() }
        return id
    }

    private func ids(_ flag: virConnectListAllDomainsFlags) throws(LibvirtError) -> [DomainID] {
        try unsafe list(
            api.virDomainFree,
            { list throws(LibvirtError) in
                try lend { unsafe api.virConnectListAllDomains($0, list, UInt32(flag.rawValue)) }
            }
        ) { unsafe DomainID(of: $0, api) }.compactMap(\.self)
    }

    private typealias Look = (id: DomainID, name: String, state: DomainState, isActive: Bool)

    private func states() throws(LibvirtError) -> [Look] {
        let (count, records) = try lend { connection in
            var records: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
            let kind = UInt32(VIR_DOMAIN_STATS_STATE.rawValue)
            return unsafe (api.virConnectGetAllDomainStats(connection, kind, &records, 0), records)
        }
        try check(count)
        guard let records = unsafe records else { return [] }
        defer { unsafe api.virDomainStatsRecordListFree(records) }
        return (0..<Int(count)).compactMap { index in
            guard let record = unsafe records[index]?.pointee, let id = unsafe DomainID(of: record.dom, api) else {
                return nil
            }
            let name = unsafe copy(api.virDomainGetName(record.dom))
            return unsafe (id, name, state(in: record), isActive(record.dom))
        }
    }

    private func state(in record: virDomainStatsRecord) -> DomainState {
        let numbers = ["state.state", "state.reason"].map { name in
            var number: Int32 = 0
            _ = unsafe api.virTypedParamsGetInt(record.params, record.nparams, name, &number)
            return number
        }
        return DomainState(state: numbers[0], reason: numbers[1])
    }

    private func isActive(_ domain: OpaquePointer?) -> Bool {
        // only what runs has a number
        unsafe api.virDomainGetID(domain) != UInt32.max
    }
}
