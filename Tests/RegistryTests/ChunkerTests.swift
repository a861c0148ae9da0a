import DevenvTestSupport
import Testing

@testable import DevenvRegistry

/// Where content is cut.
struct ChunkerTests {
    private let chunker = Chunker(shortest: 256, usual: 1024, longest: 4096)

    private func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    private func slices(_ bytes: [UInt8]) -> [[UInt8]] {
        var (rest, slices) = (bytes[...], [[UInt8]]())
        while !rest.isEmpty {
            let slice = Array(rest.prefix(Array(rest).withUnsafeBytes(chunker.cut)))
            slices.append(slice)
            rest.removeFirst(slice.count)
        }
        return slices
    }

    @Test func slicesAreOfTheRightLengthAndMakeUpTheWhole() {
        let bytes = noise(200_000, seed: 1)
        let slices = slices(bytes)
        #expect(Array(slices.joined()) == bytes)
        #expect(slices.dropLast().allSatisfy { (256...4096).contains($0.count) })
        #expect((500...2000).contains(bytes.count / slices.count), "\(slices.count)")
    }

    @Test func whatIsPutInMovesOnlyTheCutsAroundIt() {
        let bytes = noise(200_000, seed: 2)
        let changed = bytes[..<100_000] + noise(777, seed: 3) + bytes[100_000...]
        let known = Set(slices(bytes))
        let new = slices(Array(changed)).filter { !known.contains($0) }
        #expect((1...5).contains(new.count), "\(new.count)")
    }

    @Test func contentWithoutAnySignIsCutAtTheLongest() {
        #expect(slices([UInt8](repeating: 0, count: 10_000)).map(\.count) == [4096, 4096, 1808])
    }

    /// Another place is as good, but everything that was ever published would be sent once more.
    @Test func theCutsStayWhereTheyAre() {
        #expect(slices(noise(5000, seed: 4)).map(\.count) == [1478, 1059, 1231, 1116, 116])
    }
}
