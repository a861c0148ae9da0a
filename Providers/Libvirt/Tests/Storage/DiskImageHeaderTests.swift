import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

struct DiskImageHeaderTests {
    /// A header of the third version: magic, version, where the name of the image below is, capacity, features.
    private static func bytes(version: UInt8 = 3, below: UInt8 = 0, capacity: UInt64 = 1 << 30, features: UInt8 = 0)
        -> [UInt8]
    {
        var bytes: [UInt8] = [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, version, 0, 0, 0, 0, 0, 0, 0, below]
        bytes += [UInt8](repeating: 0, count: 8)
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: capacity >> (56 - 8 * $0)) }
        bytes += [UInt8](repeating: 0, count: 40)
        bytes += [0, 0, 0, 0, 0, 0, 0, features]
        return bytes + [UInt8](repeating: 0, count: 24)
    }

    @Test(arguments: [UInt8(2), 3])
    func theCapacityOfAnImageIsRead(version: UInt8) {
        let header = DiskImageHeader(Self.bytes(version: version, capacity: 0x1_2345_6000))
        #expect(header?.capacity == ByteCount(bytes: 0x1_2345_6000))
        #expect(header?.needsOtherFiles == false)
    }

    @Test func anImageOverAnotherNeedsIt() {
        #expect(DiskImageHeader(Self.bytes(below: 104))?.needsOtherFiles == true)
    }

    @Test func anImageWithItsDataElsewhereNeedsIt() {
        #expect(DiskImageHeader(Self.bytes(features: 1 << 2))?.needsOtherFiles == true)
        #expect(DiskImageHeader(Self.bytes(features: 1 << 3))?.needsOtherFiles == false)
    }

    @Test(
        arguments: [
            [], Array("QFI".utf8), [UInt8](repeating: 0, count: 512), Self.bytes(version: 4),
            Array(Self.bytes().prefix(60)),
            Self.bytes(capacity: .max),
        ])
    func whatIsNoImageIsNotTakenForOne(bytes: [UInt8]) {
        #expect(DiskImageHeader(bytes) == nil)
    }

    @Test(.requires(tool: "qemu-img"))
    func whatQEMUMakesIsUnderstood() async throws {
        try await TemporaryDirectory.with { directory in
            let (one, two) = (directory.path.appending("one"), directory.path.appending("two"))
            try await run("create", "-q", "-f", "qcow2", one.string, "70M")
            try await run("create", "-q", "-f", "qcow2", "-b", one.string, "-F", "qcow2", two.string, "80M")
            #expect(try DiskImageHeader.read(one).capacity == ByteCount(bytes: 70 << 20))
            #expect(try !DiskImageHeader.read(one).needsOtherFiles)
            #expect(try DiskImageHeader.read(two).needsOtherFiles)
        }
    }

    @Test func aFileThatIsNoImageIsSaidToBeNone() async throws {
        try await TemporaryDirectory.with { directory in
            let file = try directory.write("no image", to: "file")
            let error = #expect(throws: ProviderError.self) { try DiskImageHeader.read(file) }
            #expect(error?.code == .invalidRequest)
        }
    }

    private func run(_ arguments: String...) async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation("qemu-img", arguments))
        #expect(outcome.status == 0, "\(outcome.complaint)")
    }
}
