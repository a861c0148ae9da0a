import DevenvHost
package import DevenvModel
import Synchronization

/// Subnets of machines that are made by tests, of which several processes may run at the same time.
package enum TestSubnet {
    private static let given = Mutex<Set<IPv4Subnet>>([])

    /// 256 addresses within a block that lead nowhere on this host yet, and that no other test of this process was given.
    ///
    /// Another process may choose the same until one of both has made its network: the block should be a large one.
    package static func unused(in block: IPv4Subnet) -> IPv4Subnet {
        let mask = UInt32.max >> UInt32(block.prefixLength)
        while true {
            let address = block.address.value | (UInt32.random(in: .min ... .max) & mask & ~0xFF)
            let subnet = IPv4Subnet(IPv4Address(value: address), prefixLength: 24)
            let isTaken = HostRoute.all().contains { $0.subnet.overlaps(subnet) && $0.subnet.prefixLength > 8 }
            if !isTaken, given.withLock({ $0.insert(subnet).inserted }) { return subnet }
        }
    }

    /// A block for each kind of machine.
    package static let containers = IPv4Subnet(IPv4Address(value: 10 << 24 | 0x80 << 16), prefixLength: 9)
}
