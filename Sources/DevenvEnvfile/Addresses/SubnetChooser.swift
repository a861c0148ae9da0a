import DevenvModel

/// Finds subnets of 10.0.0.0/8 that nothing else uses.
struct SubnetChooser {
    /// 10.0.0.0/16 is left out: it is what home routers and VirtualBox like best.
    private static let range: Range<UInt64> = 0x0A01_0000..<0x0B00_0000
    private var taken: [IPv4Subnet]
    private var next: UInt64

    /// Starts the search at a place that depends on `seed`, so that two projects rarely choose the same even where they
    /// can't know of each other.
    init(avoiding taken: [IPv4Subnet], seed: String) {
        self.taken = taken
        // FNV-1a, 64 bits: Swift's own hashes differ from one process to the next
        let hash = seed.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        next = Self.range.lowerBound + hash % 0xFF00 << 8
    }

    /// A subnet with room for so many machines, /24 or larger, which is taken from then on; nil where there is none left.
    mutating func choose(machines: Int) -> IPv4Subnet? {
        guard let prefix = (9...24).last(where: { Self.room($0) >= machines }) else { return nil }
        let size = UInt64(1) << UInt64(32 - prefix)
        return firstFree(prefix, from: next, to: Self.range.upperBound - size)
            ?? firstFree(prefix, from: Self.range.lowerBound, to: next)
    }

    /// How many machines a subnet has addresses for.
    static func room(_ prefixLength: Int) -> Int { max(0, 1 << (32 - prefixLength) - 3) }

    private mutating func firstFree(_ prefix: Int, from start: UInt64, to last: UInt64) -> IPv4Subnet? {
        let size = UInt64(1) << UInt64(32 - prefix)
        var candidate = (start + size - 1) / size * size
        while candidate <= last, candidate + size <= Self.range.upperBound {
            let subnet = IPv4Subnet(IPv4Address(value: UInt32(candidate)), prefixLength: prefix)
            guard let obstacle = taken.first(where: { $0.overlaps(subnet) }) else {
                taken.append(subnet)
                next = candidate + size
                return subnet
            }
            let behind = UInt64(obstacle.broadcast.value) + 1
            candidate = (max(behind, candidate + 1) + size - 1) / size * size
        }
        return nil
    }
}
