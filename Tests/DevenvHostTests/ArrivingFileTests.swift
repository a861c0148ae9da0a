import DevenvHost
import DevenvTestSupport
import Synchronization
import SystemPackage
import Testing

@Suite struct ArrivingFileTests {
    @Test func whoeverReadsIsToldOfAGoodDealAndOfTheEnd() async throws {
        let file = ArrivingFile("/nowhere")
        async let first = file.length(beyond: 0)
        file.advance(to: 100)
        file.advance(to: 3 << 20)
        let seen = try await first
        #expect(seen == 3 << 20)
        async let rest = file.length(beyond: 3 << 20)
        async let whole = file.whole()
        let last: Int64 = 3_145_733
        file.advance(to: last)
        file.complete(sha256: "abc")
        let end = try await rest
        #expect(end == last)
        #expect(try await file.length(beyond: last) == nil)
        let digest = try await whole.sha256
        #expect(digest == "abc")
    }

    @Test func whatBeginsAnewIsForgotten() async throws {
        let file = ArrivingFile("/nowhere")
        file.restart()
        file.advance(to: 5)
        async let waiting = Self.isAbandoned(file)
        file.restart()
        let isAbandoned = await waiting
        #expect(isAbandoned)
        file.advance(to: 2 << 20)
        file.complete(sha256: nil)
        await #expect(throws: ArrivingFile.Abandoned.self) { try await file.length(beyond: 0) }
        await #expect(throws: ArrivingFile.Abandoned.self) { try await file.whole() }
    }

    /// More than any pipe holds, written while the program reads it.
    @Test func aProgramReadsItOnItsStandardInputAsItComes() async throws {
        try await TemporaryDirectory.with { directory in
            let file = ArrivingFile(directory.path.appending("file"))
            async let output = Self.output(of: ToolInvocation("cat", []), file)
            let target = try FileDescriptor.open(
                file.path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
            defer { try? target.close() }  // all that was written is there
            var content: [UInt8] = []
            for piece in 0..<40 {
                let bytes = [UInt8](repeating: UInt8(piece), count: 100_000)
                try target.writeAll(bytes)
                content += bytes
                file.advance(to: Int64(content.count))
            }
            file.complete(sha256: nil)
            let found = try await output
            let isSame = found == content  // what differs in megabytes nobody wants to see
            #expect(isSame)
        }
    }

    @Test(arguments: ["true", "devenv-no-such-program"])
    func aProgramThatReadsNothingHoldsUpNobody(tool: String) async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write([UInt8](repeating: 7, count: 4 << 20), to: "file")
            let file = ArrivingFile(directory.path.appending("file"))
            file.advance(to: 4 << 20)
            file.complete(sha256: nil)
            if tool == "true" {
                #expect(try await Self.output(of: ToolInvocation(tool, []), file) == [])
            } else {
                await #expect(throws: ToolError.self) { try await Self.output(of: ToolInvocation(tool, []), file) }
            }
        }
    }

    private static func isAbandoned(_ file: ArrivingFile) async -> Bool {
        do {
            _ = try await file.whole()
            return false
        } catch { return true }
    }

    /// What a program writes.
    private static func output(of call: ToolInvocation, _ file: ArrivingFile) async throws -> [UInt8] {
        try await SystemToolRunner().stream(call, from: file) { next in
            var bytes: [UInt8] = []
            while let piece = try? await next() { bytes += piece }
            return bytes
        }.value
    }
}
