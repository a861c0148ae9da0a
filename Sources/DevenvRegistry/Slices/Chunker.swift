/// Cuts content where the content itself says so (FastCDC, USENIX ATC 2016): what is put in or taken out moves only the cuts
/// around it, and the slices after it are those that were there before.
struct Chunker: Hashable, Sendable {
    /// No slice but the last is shorter.
    let shortest: Int
    /// What most are about as long as.
    let usual: Int
    /// None is longer.
    let longest: Int

    /// What boxes are cut with. To change it is to send every box as a whole once more.
    static let boxes = Chunker(shortest: 1 << 20, usual: 4 << 20, longest: 16 << 20)

    /// The length of the first slice of what is left of some content.
    func cut(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count > shortest else { return bytes.count }
        let end = min(bytes.count, longest)
        let bits = usual.trailingZeroBitCount
        // harder to meet before the usual length than after it, so that lengths are near it
        let strict = mask(bits + 2)
        let lenient = mask(bits - 2)
        return Self.gear.withUnsafeBufferPointer { gear in
            var print: UInt64 = 0
            var index = shortest
            let middle = min(usual, end)
            while index < middle {
                print = print &<< 1 &+ gear[Int(bytes[index])]
                index &+= 1
                if print & strict == 0 { return index }
            }
            while index < end {
                print = print &<< 1 &+ gear[Int(bytes[index])]
                index &+= 1
                if print & lenient == 0 { return index }
            }
            return end
        }
    }

    /// The highest bits, which depend on the last 64 bytes.
    private func mask(_ bits: Int) -> UInt64 { ~UInt64(0) << UInt64(64 - bits) }

    /// A number for each byte, by SplitMix64 from the seed 0: anything that looks random will do, and has to stay as it is.
    private static let gear: [UInt64] = {
        var state: UInt64 = 0
        return (0..<256).map { _ in
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
            return word ^ word >> 31
        }
    }()
}
