import DevenvTestSupport
import Testing

@testable import DevenvBoxes

@Suite struct QCOW2HeaderTests {
    @Test func anImageThatStandsForItselfHasASize() throws {
        #expect(try QCOW2Header(Self.header()).virtualSize == 10 << 40)
        #expect(try QCOW2Header(Self.header(version: 2)).virtualSize == 10 << 40)
        // compressed with zstd, and extended L2 entries
        #expect(try QCOW2Header(Self.header { $0.put(0b11000, at: 72, count: 8) }).virtualSize == 10 << 40)
    }

    @Test(arguments: [
        Change("an encrypted one", refusal: .encrypted) { $0.put(2, at: 32, count: 4) },
        Change("one that lies in another file", refusal: .dataFile) { $0.put(4, at: 72, count: 8) },
        Change("one that was not closed", refusal: .unclean) { $0.put(1, at: 72, count: 8) },
        Change("a corrupt one", refusal: .corrupt) { $0.put(2, at: 72, count: 8) },
        Change("one from the future", refusal: .unknown("features 20")) { $0.put(32, at: 72, count: 8) },
        Change("another version", refusal: .unknown("version 4")) { $0.put(4, at: 4, count: 4) },
        Change("an old version", refusal: .unknown("version 1")) { $0.put(1, at: 4, count: 4) },
        Change("immense clusters", refusal: .unknown("clusters of 2^60 bytes")) { $0.put(60, at: 20, count: 4) },
        Change("nothing", refusal: .unknown("a size of 0 bytes")) { $0.put(0, at: 24, count: 8) },
        Change("more than can be counted", refusal: .unknown("a size of 18446744073709551615 bytes")) {
            $0.put(UInt64.max, at: 24, count: 8)
        },
        Change("another format", refusal: .noImage) { $0.put(0, at: 0, count: 4) },
        Change("no more than its name", refusal: .truncated) { $0 = Array($0.prefix(7)) },
        Change("half a header", refusal: .truncated) { $0 = Array($0.prefix(90)) },
        Change("the name of a data file", refusal: .dataFile) {
            $0.put(0x4441_5441, at: 112, count: 4)
            $0.put(4, at: 116, count: 4)
        },
        Change("the header of LUKS behind another extension", refusal: .encrypted) {
            $0.put(0x6803_f857, at: 112, count: 4)
            $0.put(3, at: 116, count: 4)
            $0.put(0x0537_be77, at: 128, count: 4)
            $0.put(16, at: 132, count: 4)
        },
        Change("an extension without end", refusal: nil) {
            $0.put(0x6803_f857, at: 112, count: 4)
            $0.put(0xffff_ffff, at: 116, count: 4)
        },
    ])
    func whatCannotBeABoxIsRefused(change: Change) {
        var bytes = Self.header()
        change.apply(&bytes)
        var refusal: QCOW2Header.Refusal?
        do throws(QCOW2Header.Refusal) { _ = try QCOW2Header(bytes) } catch { refusal = error }
        #expect(refusal == change.refusal)
    }

    @Test func theNameOfABackingFileIsTold() {
        var bytes = Self.header()
        bytes.put(512, at: 8, count: 8)
        bytes.put(11, at: 16, count: 4)
        bytes.replaceSubrange(512..<523, with: Array("/etc/shadow".utf8))
        #expect(throws: QCOW2Header.Refusal.backingFile(name: "/etc/shadow")) { try QCOW2Header(bytes) }
    }

    /// Wherever it lies and however long it claims to be.
    @Test(arguments: [(UInt64(1) << 40, UInt64(11)), (.max, 0xffff_ffff), (65535, 1024), (8, 0)])
    func aBackingFileIsRefusedWhereverItsNameLies(offset: UInt64, length: UInt64) {
        var bytes = Self.header()
        bytes.put(offset, at: 8, count: 8)
        bytes.put(length, at: 16, count: 4)
        let refusal = #expect(throws: QCOW2Header.Refusal.self) { try QCOW2Header(bytes) }
        guard case .backingFile = refusal else { Issue.record("\(String(describing: refusal))"); return }
    }

    @Test func noBytesMakeItTrap() {
        var random = SeededGenerator(seed: 11)
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = Self.header(version: Bool.random(using: &random) ? 3 : 2)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 4..<160, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            let length = Int.random(in: 0...bytes.count, using: &random)
            if (try? QCOW2Header(Array(bytes.prefix(length)))) != nil { accepted += 1 }  // only that it returns counts
        }
        #expect(accepted > 0 && accepted < 20_000)
    }

    /// A change of a header, and what comes of it.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let refusal: QCOW2Header.Refusal?
        let apply: @Sendable (inout [UInt8]) -> Void

        init(_ name: String, refusal: QCOW2Header.Refusal?, _ apply: @escaping @Sendable (inout [UInt8]) -> Void) {
            testDescription = name
            self.refusal = refusal
            self.apply = apply
        }
    }

    /// The first cluster of an image of 10 TiB.
    private static func header(version: UInt64 = 3, _ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
        var bytes = QCOW2Header.magic + [UInt8](repeating: 0, count: 65532)
        bytes.put(version, at: 4, count: 4)
        bytes.put(16, at: 20, count: 4)
        bytes.put(10 << 40, at: 24, count: 8)
        if version == 3 { bytes.put(112, at: 100, count: 4) }
        change(&bytes)
        return bytes
    }
}

extension [UInt8] {
    /// Writes a number, the most significant byte first.
    fileprivate mutating func put(_ number: UInt64, at offset: Int, count: Int) {
        for index in 0..<count { self[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - index))) }
    }
}
