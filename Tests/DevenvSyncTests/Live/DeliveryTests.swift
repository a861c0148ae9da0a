import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvSync

/// What is sent, and what tar and a shell make of it.
@Suite(.requires(tool: "tar", "sh", "rsync"))
struct DeliveryTests {
    private let receiver = RsyncCall.Receiver(usesSudo: false, isPrivileged: false, owner: "0", group: "0")

    private func entry(of path: FilePath) throws -> FolderEntry {
        try #require(try FolderEntry(Array(path.string.utf8) + [0]))
    }

    @Test func anArchiveHoldsLongNamesLinksModesAndTimes() async throws {
        try await TemporaryDirectory.with { directory in
            let file = try directory.write(Array("content".utf8), to: "file", mode: [.ownerReadWriteExecute])
            let long = RelativePath(
                [String](repeating: "l" + String(repeating: "o", count: 60), count: 4).joined(separator: "/"))
            var delivery = Delivery(for: receiver)
            let like = try entry(of: file)
            delivery.add(long, .file(size: 7), like: like, content: Array("content".utf8))
            delivery.add(RelativePath("l"), .link(target: Array(repeating: UInt8(ascii: "t"), count: 150)), like: like)
            let archive = try directory.write(delivery.archive + TarEntry.end, to: "a.tar")
            let call = ToolInvocation("tar", ["-xpf", archive.string, "-C", directory.path.string])
            let outcome = try await SystemToolRunner().run(call)
            #expect(outcome.status == 0, "\(outcome.complaint)")
            let unpacked = directory.path.appending(".devenv/live").pushing(FilePath("\(long)"))
            let found = try entry(of: unpacked)
            #expect(found.seconds == like.seconds)
            #expect(found.nanoseconds == like.nanoseconds)
            #expect(found.mode == 0o700)
            let target = HostFiles.target(of: directory.path.appending(".devenv/live/l"))
            #expect(target?.string.utf8.count == 150)
        }
    }

    @Test func theCommandsMakeRoomThenDirectoriesThenFiles() throws {
        var delivery = Delivery(for: RsyncCall.Receiver(usesSudo: true, isPrivileged: true, owner: "dev", group: "www"))
        delivery.removedFiles = [RelativePath("it's")]
        delivery.removedDirectories = [RelativePath("a"), RelativePath("a/b")]
        delivery.directories = [(RelativePath("n/m"), 0o755), (RelativePath("n"), 0o755), (.root, 0o700)]
        delivery.add(RelativePath("n/f"), .link(target: []), like: try entry(of: "/etc/passwd"))
        let expected = #"""
            { rm -f -- 'it'\''s'; } &&
            { rmdir -- 'a/b' 'a' 2>/dev/null || :; } &&
            { drop 'a/b' 'a'; } &&
            { make '.' 'n' 'n/m'; } &&
            { mv -f -- '.devenv/live/n/f' 'n/'; } &&
            { chown dev:www -- '.' 'n' 'n/m'; } &&
            { chmod 700 -- '.'; } &&
            { chmod 755 -- 'n' 'n/m'; }
            """#
        #expect(String(decoding: delivery.script, as: UTF8.self) == expected)
    }

    @Test func commandsAreDividedBeforeTheyGetTooLong() {
        var script = ReceiverScriptText()
        script.add("rm -f --", (0..<30_000).map { RelativePath("name-\($0)").quoted })
        let lines = script.bytes.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count > 3)
        #expect(lines.allSatisfy { $0.count < 61_000 && $0.starts(with: "{ rm -f -- 'name-".utf8) })
    }
}
