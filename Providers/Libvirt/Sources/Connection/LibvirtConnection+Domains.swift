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
        try await run { lane throws(LibvirtError) in
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
        try await run { lane throws(LibvirtError) in
            let domain = try lane.find(.domain(id))
            let (result, state) = domain.lend { domain in
                var (state, reason): (Int32, Int32) = (0, 0)
                let result = unsafe lane.api.virDomainGetState(domain, &state, &reason, 0)
                return (result, DomainState(state: state, reason: reason))
            }
            try lane.check(result)
            let hasSave = try lane.check(domain.lend { unsafe lane.api.virDomainHasManagedSaveImage($0, 0) }) == 1
            let isPersistent = try lane.check(domain.lend { unsafe lane.api.virDomainIsPersistent($0) }) == 1
            return DomainInfo(
                id: id, name: domain.lend { unsafe lane.copy(lane.api.virDomainGetName($0)) }, state: state,
                isActive: domain.lend { unsafe lane.isActive($0) }, hasManagedSave: hasSave, isPersistent: isPersistent)
        }
    }

    /// The domain of a name; nil where there is none.
    package func domainID(named name: String) async throws(LibvirtError) -> DomainID? {
        do throws(LibvirtError) {
            return try await identify { unsafe $0.virDomainLookupByName($1, name) }
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    /// A domain's XML: as it is now, or, `inactive`, as it will be started next.
    package func domainXML(_ id: DomainID, inactive: Bool) async throws(LibvirtError) -> XMLElement {
        let flags = inactive ? UInt32(VIR_DOMAIN_XML_INACTIVE.rawValue) : 0
        return try await xml(.domain(id)) { unsafe $0.virDomainGetXMLDesc($1, flags) }
    }

    /// The metadata element of a domain in devenv's namespace; nil where it has none.
    package func domainMetadata(_ id: DomainID) async throws(LibvirtError) -> XMLElement? {
        let kind = Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue)
        do throws(LibvirtError) {
            return try await xml(.domain(id)) { unsafe $0.virDomainGetMetadata($1, kind, Self.namespace, 0) }
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    /// Replaces the metadata element of a domain in devenv's namespace, in its definition and in the running domain.
    package func setDomainMetadata(_ id: DomainID, _ element: XMLElement) async throws(LibvirtError) {
        let kind = Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue)
        let (text, isActive) = (element.description, try await domainInfo(id).isActive)
        let flags = Self.affecting(live: isActive, config: true)
        try await call(.domain(id)) { unsafe $0.virDomainSetMetadata($1, kind, text, "devenv", Self.namespace, flags) }
    }

    /// The XML namespace of what devenv notes in domains and networks.
    package static let namespace = "urn:devenv:1"

    /// Defines a domain, or defines one of the same UUID and name anew, which a running one follows when it is started
    /// next.
    package func define(_ domain: XMLElement) async throws(LibvirtError) -> DomainID {
        let text = domain.description
        return try await identify { unsafe $0.virDomainDefineXMLFlags($1, text, 0) }
    }

    /// Removes a domain's definition with its NVRAM, TPM, managed save and the metadata of its snapshots. A running one
    /// goes on, and is gone once it stops. Disks stay.
    package func undefine(_ id: DomainID) async throws(LibvirtError) {
        // drivers and versions differ in what they know; what they don't know, they don't have
        for flags in Self.undefineFlags.dropLast() {
            do throws(LibvirtError) {
                try await call(.domain(id)) { unsafe $0.virDomainUndefineFlags($1, flags) }
                return
            } catch {
                guard error.isInvalidArgument || error.isUnsupported else { throw error }
            }
        }
        try await call(.domain(id)) { unsafe $0.virDomainUndefineFlags($1, 0) }
    }

    private static let undefineFlags: [UInt32] = {
        let common = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE.rawValue | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA.rawValue
        let nvram = common | VIR_DOMAIN_UNDEFINE_NVRAM.rawValue
        let checkpoints = nvram | VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA.rawValue
        return [checkpoints | VIR_DOMAIN_UNDEFINE_TPM.rawValue, checkpoints, nvram, common, 0].map { UInt32($0) }
    }()

    @safe private func identify(
        _ domain: @Sendable (devenv_libvirt, OpaquePointer) -> OpaquePointer?
    ) async throws(LibvirtError) -> DomainID {
        try await run { lane throws(LibvirtError) in
            let domain = try unsafe lane.make(.connection, lane.api.virDomainFree, domain)
            guard let id = domain.lend({ unsafe DomainID(of: $0, lane.api) }) else {
                throw .unusable("libvirt has a domain without a UUID")
            }
            return id
        }
    }
}

extension LibvirtLane {
    fileprivate typealias Look = (id: DomainID, name: String, state: DomainState, isActive: Bool)

    fileprivate func states() throws(LibvirtError) -> [Look] {
        var records: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
        let kind = UInt32(VIR_DOMAIN_STATS_STATE.rawValue)
        let count = try call(.connection) { unsafe $0.virConnectGetAllDomainStats($1, kind, &records, 0) }
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

    fileprivate func ids(_ flag: virConnectListAllDomainsFlags) throws(LibvirtError) -> [DomainID] {
        try unsafe list(
            .connection, api.virDomainFree, { unsafe $0.virConnectListAllDomains($1, $2, UInt32(flag.rawValue)) },
            { unsafe DomainID(of: $0, api) }
        ).compactMap(\.self)
    }

    private func state(in record: virDomainStatsRecord) -> DomainState {
        let numbers = ["state.state", "state.reason"].map { name in
            var number: Int32 = 0
            _ = unsafe api.virTypedParamsGetInt(record.params, record.nparams, name, &number)
            return number
        }
        return DomainState(state: numbers[0], reason: numbers[1])
    }

    fileprivate func isActive(_ domain: OpaquePointer?) -> Bool {
        // only what runs has a number
        unsafe api.virDomainGetID(domain) != UInt32.max
    }
}
