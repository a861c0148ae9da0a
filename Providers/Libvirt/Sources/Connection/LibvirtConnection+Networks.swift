import CLibvirt
package import DevenvModel
import Glibc

/// A network of libvirt.
package struct NetworkInfo: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Whether its bridge and its servers are there.
    package let isActive: Bool
    /// The bridge that it has, or will have; nil for a network without one of its own.
    package let bridge: String?
}

/// An address that a network's DHCP server has given away.
package struct Lease: Hashable, Sendable {
    /// Who has it; nil where that is no MAC that an interface may have.
    package let mac: MACAddress?
    /// The address.
    package let address: IPv4Address
    /// What the client calls itself.
    package let hostname: String?
    /// When it ends, in seconds since 1970; 0 for never.
    package let expires: Int64
}

/// A change of a part of a network (`virNetworkUpdateCommand`).
package enum NetworkUpdate: Hashable, Sendable {
    /// Adds the element at the end.
    case add
    /// Replaces the element of the same key.
    case modify
    /// Removes the element of the same key.
    case delete
}

/// A part of a network (`virNetworkUpdateSection`).
package enum NetworkSection: Hashable, Sendable {
    /// The addresses that the DHCP server reserves: `<host mac= ip= name=>`.
    case dhcpHost
    /// The names that the name server knows: `<host ip=><hostname>`.
    case dnsHost
}

/// Networks, named by their names.
extension LibvirtConnection {
    /// All networks, in no order.
    package func networks() async throws(LibvirtError) -> [NetworkInfo] {
        try await run { lane throws(LibvirtError) in
            try unsafe lane.list(
                .connection, lane.api.virNetworkFree, { unsafe $0.virConnectListAllNetworks($1, $2, 0) },
                { network throws(LibvirtError) in try unsafe lane.info(network: network) })
        }
    }

    /// One network; nil where there is none of this name.
    package func networkInfo(_ name: String) async throws(LibvirtError) -> NetworkInfo? {
        try await run { lane throws(LibvirtError) in
            try lane.look(.network(name)) { network throws(LibvirtError) in try unsafe lane.info(network: network) }
        }
    }

    /// A network's XML: as it is now, or, `inactive`, as it will be started next. A driver that knows of no difference has one
    /// answer to both.
    package func networkXML(_ name: String, inactive: Bool = false) async throws(LibvirtError) -> XMLElement {
        let flags = inactive ? UInt32(VIR_NETWORK_XML_INACTIVE.rawValue) : 0
        do throws(LibvirtError) {
            return try await xml(.network(name)) { unsafe $0.virNetworkGetXMLDesc($1, flags) }
        } catch {
            guard inactive, error.isInvalidArgument else { throw error }
            return try await networkXML(name)
        }
    }

    /// Defines a network, or one of the same name and UUID anew, which an active one follows when it is started next.
    package func define(network: XMLElement) async throws(LibvirtError) {
        let text = network.description
        try await run { lane throws(LibvirtError) in
            _ = try unsafe lane.make(.connection, lane.api.virNetworkFree) { unsafe $0.virNetworkDefineXML($1, text) }
        }
    }

    /// Makes a network's bridge and starts its servers.
    package func start(network name: String) async throws(LibvirtError) {
        try await call(.network(name)) { unsafe $0.virNetworkCreate($1) }
    }

    /// Removes a network's bridge and ends its servers; the definition stays.
    package func destroy(network name: String) async throws(LibvirtError) {
        try await call(.network(name)) { unsafe $0.virNetworkDestroy($1) }
    }

    /// Removes a network's definition. An active one goes on, and is gone once it is destroyed.
    package func undefine(network name: String) async throws(LibvirtError) {
        try await call(.network(name)) { unsafe $0.virNetworkUndefine($1) }
    }

    /// Has a network started with the daemon or not.
    package func setAutostart(network name: String, _ isOn: Bool) async throws(LibvirtError) {
        try await call(.network(name)) { unsafe $0.virNetworkSetAutostart($1, isOn ? 1 : 0) }
    }

    /// Changes a part of a network without a restart of it: what is active (`live`), what is started next (`config`).
    package func update(
        network name: String, _ update: NetworkUpdate, section: NetworkSection, _ element: XMLElement, live: Bool,
        config: Bool
    ) async throws(LibvirtError) {
        let text = element.description
        let (number, part) = (update.number, section.number)
        let flags = UInt32(
            (live ? VIR_NETWORK_UPDATE_AFFECT_LIVE.rawValue : 0)
                | (config ? VIR_NETWORK_UPDATE_AFFECT_CONFIG.rawValue : 0))
        try await call(.network(name)) { unsafe $0.virNetworkUpdate($1, number, part, -1, text, flags) }
    }

    /// The IPv4 addresses that a network's DHCP server has given away.
    package func leases(network name: String) async throws(LibvirtError) -> [Lease] {
        try await run { lane throws(LibvirtError) in
            var list: UnsafeMutablePointer<virNetworkDHCPLeasePtr?>?
            let count = try lane.call(.network(name)) { unsafe $0.virNetworkGetDHCPLeases($1, nil, &list, 0) }
            return unsafe takeList(list, count, lane.api.virNetworkDHCPLeaseFree) { lease in
                (unsafe Lease(lease)).map { [$0] } ?? []
            }
        }
    }
}

extension LibvirtLane {
    fileprivate func info(network: OpaquePointer) throws(LibvirtError) -> NetworkInfo {
        let isActive = try check(unsafe api.virNetworkIsActive(network)) == 1
        // a network without a bridge answers with an error
        let bridge = try? unsafe take(api.virNetworkGetBridgeName(network))
        return NetworkInfo(
            name: unsafe copy(api.virNetworkGetName(network)), isActive: isActive, bridge: bridge)
    }
}

extension NetworkUpdate {
    fileprivate var number: UInt32 {
        let command =
            switch self {
            case .add: VIR_NETWORK_UPDATE_COMMAND_ADD_LAST
            case .modify: VIR_NETWORK_UPDATE_COMMAND_MODIFY
            case .delete: VIR_NETWORK_UPDATE_COMMAND_DELETE
            }
        return UInt32(command.rawValue)
    }
}

extension NetworkSection {
    fileprivate var number: UInt32 {
        let section =
            switch self {
            case .dhcpHost: VIR_NETWORK_SECTION_IP_DHCP_HOST
            case .dnsHost: VIR_NETWORK_SECTION_DNS_HOST
            }
        return UInt32(section.rawValue)
    }
}

extension Lease {
    fileprivate init?(_ lease: virNetworkDHCPLease) {
        guard let text = unsafe lease.ipaddr, let address = unsafe IPv4Address(String(cString: text)) else {
            return nil
        }
        self.init(
            mac: unsafe lease.mac.flatMap { unsafe MACAddress(String(cString: $0)) }, address: address,
            hostname: unsafe lease.hostname.map { unsafe String(cString: $0) }, expires: unsafe lease.expirytime)
    }
}
