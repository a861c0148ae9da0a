import CLibvirt
package import DevenvModel
import Glibc

/// Who is asked for the addresses of a domain.
package enum AddressSource: Hashable, Sendable {
    /// The DHCP servers of libvirt's networks.
    case lease
    /// The guest agent.
    case agent
    /// The host's table of neighbours.
    case arp
}

/// An address of an interface of a domain.
package struct InterfaceAddress: Hashable, Sendable {
    /// The interface's MAC; nil where the source doesn't say, or where it is none that an interface may have.
    package let mac: MACAddress?
    /// The address.
    package let address: IPv4Address
}

/// Asking a guest, and the process that it runs in.
extension LibvirtConnection {
    /// The IPv4 addresses of a running domain, the agent's loopback among them.
    package func interfaceAddresses(_ id: DomainID, from source: AddressSource) async throws(LibvirtError)
        -> [InterfaceAddress]
    {
        let number =
            switch source {
            case .lease: UInt32(VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE.rawValue)
            case .agent: UInt32(VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT.rawValue)
            case .arp: UInt32(VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP.rawValue)
            }
        return try await run { lane throws(LibvirtError) in
            var list: UnsafeMutablePointer<virDomainInterfacePtr?>?
            let count = try lane.call(.domain(id)) { unsafe $0.virDomainInterfaceAddresses($1, &list, number, 0) }
            return unsafe takeList(list, count, lane.api.virDomainInterfaceFree) { unsafe Self.addresses(of: $0) }
        }
    }

    /// Sends a command of the guest agent's protocol and returns its answer, both JSON; waits for it no longer than the
    /// time, in seconds.
    package func agentCommand(_ id: DomainID, json: String, timeout: Int32) async throws(LibvirtError) -> String {
        let functions = try LibvirtLibrary.qemuFunctions()
        return try await text(.domain(id)) { unsafe functions.virDomainQemuAgentCommand($1, json, max(0, timeout), 0) }
    }

    /// Sends a line to QEMU's monitor for people and returns what it prints. libvirt notes that the domain was meddled
    /// with.
    package func monitorCommand(_ id: DomainID, hmp line: String) async throws(LibvirtError) -> String {
        let functions = try LibvirtLibrary.qemuFunctions()
        let flags = UInt32(VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP.rawValue)
        return try await run { lane throws(LibvirtError) in
            var answer: UnsafeMutablePointer<CChar>?
            try lane.call(.domain(id)) { unsafe functions.virDomainQemuMonitorCommand($1, line, &answer, flags) }
            return try unsafe lane.take(answer)
        }
    }

    /// Sets the guest's clock to this host's time, by its agent.
    package func setTime(_ id: DomainID) async throws(LibvirtError) {
        try await call(.domain(id)) { api, domain in
            var now = timespec()
            unsafe clock_gettime(CLOCK_REALTIME, &now)
            return unsafe api.virDomainSetTime(domain, Int64(now.tv_sec), UInt32(now.tv_nsec), 0)
        }
    }

    private static func addresses(of interface: virDomainInterface) -> [InterfaceAddress] {
        let mac = unsafe interface.hwaddr.flatMap { unsafe MACAddress(String(cString: $0)) }
        let list = unsafe UnsafeBufferPointer(start: interface.addrs, count: Int(interface.naddrs))
        return unsafe list.compactMap { entry in
            guard let text = unsafe entry.addr, let address = unsafe IPv4Address(String(cString: text)) else {
                return nil
            }
            return InterfaceAddress(mac: mac, address: address)
        }
    }
}
