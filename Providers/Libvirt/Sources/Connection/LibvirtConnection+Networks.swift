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
    package func networks() throws(LibvirtError) -> [NetworkInfo] {
        try unsafe list(
            api.virNetworkFree,
            { list throws(LibvirtError) in try lend { unsafe api.virConnectListAllNetworks($0, list, 0) } },
            { network throws(LibvirtError) in try unsafe networkInfo(network) })
    }

    /// One network; nil where there is none of this name.
    package func networkInfo(_ name: String) throws(LibvirtError) -> NetworkInfo? {
        do throws(LibvirtError) {
            let network = try network(name)
            return try network.lend { pointer throws(LibvirtError) in try unsafe networkInfo(pointer) }
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    /// A network's XML: as it is now, or, `inactive`, as it will be started next.
    package func networkXML(_ name: String, inactive: Bool = false) throws(LibvirtError) -> XMLElement {
        let flags = inactive ? UInt32(VIR_NETWORK_XML_INACTIVE.rawValue) : 0
        let network = try network(name)
        return try unsafe takeXML(network.lend { unsafe api.virNetworkGetXMLDesc($0, flags) })
    }

    /// Defines a network, or one of the same name and UUID anew, which an active one follows when it is started next.
    package func define(network: XMLElement) throws(LibvirtError) {
        let text = network.description
        _ = try unsafe take(
            try lend { unsafe api.virNetworkDefineXML($0, text) }, api.virNetworkFree, as: LibvirtObject.Network.self)
    }

    /// Makes a network's bridge and starts its servers.
    package func start(network name: String) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            try lane.call(lane.network(name)) { unsafe lane.api.virNetworkCreate($0) }
        }
    }

    /// Removes a network's bridge and ends its servers; the definition stays.
    package func destroy(network name: String) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            try lane.call(lane.network(name)) { unsafe lane.api.virNetworkDestroy($0) }
        }
    }

    /// Removes a network's definition. An active one goes on, and is gone once it is destroyed.
    package func undefine(network name: String) throws(LibvirtError) {
        try call(network(name)) { unsafe api.virNetworkUndefine($0) }
    }

    /// Has a network started with the daemon or not.
    package func setAutostart(network name: String, _ isOn: Bool) throws(LibvirtError) {
        try call(network(name)) { unsafe api.virNetworkSetAutostart($0, isOn ? 1 : 0) }
    }

    /// Changes a part of a network without a restart of it: what is active (`live`), what is started next (`config`).
    package func update(
        network name: String, _ update: NetworkUpdate, section: NetworkSection, _ element: XMLElement, live: Bool,
        config: Bool
    ) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            let text = element.description
            let flags =
                (live ? VIR_NETWORK_UPDATE_AFFECT_LIVE.rawValue : 0)
                | (config ? VIR_NETWORK_UPDATE_AFFECT_CONFIG.rawValue : 0)
            let network = try lane.network(name)
            try lane.check(
                network.lend {
                    unsafe lane.api.virNetworkUpdate($0, update.number, section.number, -1, text, UInt32(flags))
                })
        }
    }

    /// The IPv4 addresses that a network's DHCP server has given away.
    package func leases(network name: String) throws(LibvirtError) -> [Lease] {
        let network = try network(name)
        let (count, list) = network.lend { network in
            var list: UnsafeMutablePointer<virNetworkDHCPLeasePtr?>?
            return unsafe (api.virNetworkGetDHCPLeases(network, nil, &list, 0), list)
        }
        return unsafe takeList(list, try check(count), api.virNetworkDHCPLeaseFree) { lease in
            (unsafe Lease(lease)).map { [$0] } ?? []
        }
    }

    private func networkInfo(_ network: OpaquePointer) throws(LibvirtError) -> NetworkInfo {
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
