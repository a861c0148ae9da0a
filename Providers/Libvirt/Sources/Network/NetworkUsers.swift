import DevenvModel
import DevenvPluginAPI

/// Who is on a network of libvirt.
enum NetworkUsers {
    /// The names of the domains that run and are plugged into a network.
    static func running(on network: String, _ connection: LibvirtConnection) async throws(LibvirtError) -> [String] {
        var names: [String] = []
        for domain in try await connection.allDomains() where domain.isActive {
            guard let xml = try await xml(of: domain.id, connection), networks(in: xml).contains(network) else {
                continue
            }
            names.append(domain.name)
        }
        return names
    }

    /// The networks that the domains of a project are defined with, one machine's left out.
    static func defined(
        by project: ProjectID, except machine: MachineIdentity, _ connection: LibvirtConnection
    ) async throws(LibvirtError) -> Set<String> {
        var found: Set<String> = []
        for domain in try await connection.allDomains()
        where domain.id.digits.hasPrefix(project.rawValue) && domain.id.digits != machine.domainUUID {
            if let xml = try await xml(of: domain.id, connection) { found.formUnion(networks(in: xml)) }
        }
        return found
    }

    /// The networks that a domain's cards are plugged into.
    static func networks(in domain: XMLElement) -> Set<String> {
        let cards = domain["devices"]?.children(named: "interface") ?? []
        return Set(cards.compactMap { $0["source"]?[attribute: "network"] })
    }

    /// Nil for a domain that has gone meanwhile.
    private static func xml(of id: DomainID, _ connection: LibvirtConnection) async throws(LibvirtError) -> XMLElement?
    {
        do throws(LibvirtError) {
            return try await connection.domainXML(id, inactive: false)
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }
}
