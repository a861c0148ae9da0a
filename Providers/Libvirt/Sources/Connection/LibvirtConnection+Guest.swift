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
        try await aside { lane throws(LibvirtError) in
            let number =
                switch source {
                case .lease: VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE
                case .agent: VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT
                case .arp: VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP
                }
            let domain = try lane.domain(id)
            let (count, list) = domain.lend { domain in
                var list: UnsafeMutablePointer<virDomainInterfacePtr?>?
                return unsafe (lane.api.virDomainInterfaceAddresses(domain, &list, UInt32(number.rawValue), 0), list)
            }
            return unsafe takeList(list, try lane.check(count), lane.api.virDomainInterfaceFree) {
                unsafe Self.addresses(of: $0)
            }
        }
    }

    /// Sends a command of the guest agent's protocol and returns its answer, both JSON. Holds up the connection until
    /// the answer is there or the time, in seconds, is over.
    package func agentCommand(_ id: DomainID, json: String, timeout: Int32) async throws(LibvirtError) -> String {
        try await aside { lane throws(LibvirtError) in
            let functions = try LibvirtLibrary.qemuFunctions()
            let domain = try lane.domain(id)
            return try unsafe lane.take(
                domain.lend { unsafe functions.virDomainQemuAgentCommand($0, json, max(0, timeout), 0) })
        }
    }

    /// Sends a line to QEMU's monitor for people and returns what it prints. libvirt notes that the domain was meddled
    /// with.
    package func monitorCommand(_ id: DomainID, hmp line: String) async throws(LibvirtError) -> String {
        try await aside { lane throws(LibvirtError) in
            let functions = try LibvirtLibrary.qemuFunctions()
            let domain = try lane.domain(id)
            var answer: UnsafeMutablePointer<CChar>?
            let flags = UInt32(VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP.rawValue)
            try lane.check(domain.lend { unsafe functions.virDomainQemuMonitorCommand($0, line, &answer, flags) })
            return try unsafe lane.take(answer)
        }
    }

    /// Sets the guest's clock to this host's time, by its agent.
    package func setTime(_ id: DomainID) async throws(LibvirtError) {
        try await aside { lane throws(LibvirtError) in
            var now = timespec()
            unsafe clock_gettime(CLOCK_REALTIME, &now)
            let (seconds, nanoseconds) = (Int64(now.tv_sec), UInt32(now.tv_nsec))
            try lane.call(lane.domain(id)) { unsafe lane.api.virDomainSetTime($0, seconds, nanoseconds, 0) }
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
