import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import DevenvSync

struct ReturnPlanTests {
    private static let old = BaseEntry(mode: S_IFREG | 0o644, size: 3, seconds: 1, nanoseconds: 5, link: [])
    private static let new = BaseEntry(mode: S_IFREG | 0o644, size: 3, seconds: 1, nanoseconds: 6, link: [])

    /// What either side has changed is never removed, and what both have changed is kept twice.
    @Test(
        arguments: [
            // there, here, base, unchanged there, same -> decision both ways
            (true, old, old, false, false, ReturnPlan.Decision.fetch),
            (false, old, old, false, false, .removeHere),
            (true, new, old, true, false, .send),
            (true, nil, old, true, false, .removeThere),
            (true, new, old, false, false, .keepBoth),
            (true, new, old, false, true, .send),
            (true, nil, old, false, false, .fetch),
            (false, new, old, false, false, .send),
            (false, new, nil, false, false, .send),
            (true, nil, nil, false, false, .fetch),
            (true, new, nil, false, false, .keepBoth),
            (true, new, nil, false, true, .send),
        ] as [(Bool, BaseEntry?, BaseEntry?, Bool, Bool, ReturnPlan.Decision)])
    func eachCaseIsDecided(
        isThere: Bool, here: BaseEntry?, base: BaseEntry?, isUnchanged: Bool, isSame: Bool,
        decision: ReturnPlan.Decision
    ) {
        let item = ReturnLook.Item(
            kind: isThere ? .file : nil, isTransferred: isThere, isNew: here == nil, isDirectory: false)
        let candidate = ReturnPlan.Candidate(
            item: item, here: here, base: base, isUnchangedThere: isUnchanged, isSame: isSame)
        #expect(ReturnPlan(["a": candidate], sends: true, removes: true).decisions == ["a": decision])
        let back = ReturnPlan(["a": candidate], sends: false, removes: true).decisions["a"]
        #expect(back == ([.send, .removeThere].contains(decision) ? nil : decision))
        let careful = ReturnPlan(["a": candidate], sends: true, removes: false).decisions["a"]
        #expect(careful == ([.removeHere, .removeThere].contains(decision) ? nil : decision))
    }

    /// A file in the place of a directory that something comes into.
    @Test func whatStandsInTheWayOfWhatComesIsKept() {
        let folder = ReturnLook.Item(kind: .directory, isTransferred: true, isNew: true, isDirectory: true)
        let file = ReturnLook.Item(kind: .file, isTransferred: true, isNew: true, isDirectory: false)
        let directory = BaseEntry(mode: S_IFDIR | 0o755, size: 0, seconds: 0, nanoseconds: 0, link: [])
        let candidates: [FilePath: ReturnPlan.Candidate] = [
            "b": .init(item: folder, here: Self.new, base: directory, isUnchangedThere: true),
            "b/x": .init(item: file, here: nil, base: Self.old),
            "b/y": .init(item: file, here: nil, base: Self.old, isUnchangedThere: true),
        ]
        let decisions = ReturnPlan(candidates, sends: true, removes: true).decisions
        #expect(decisions == ["b": .keepBoth, "b/x": .fetch, "b/y": .removeThere])
    }

    @Test func whatRsyncSaysIsRead() {
        let text = ##"""
            *deleting   x/y
            *deleting   x/
            cannot delete non-empty directory: w
            cLc.t...... l
            >f+++++++++ n\#012l\#134#012 ü
            >f..t...... ns
            .d...p..... keepdir/
            *deleting   t
            cd+++++++++ t/
            >f+++++++++ ../out
            >f+++++++++ a/.devenv/key

            Number of files: 1,011 (reg: 1,006, dir: 4, link: 1)
            """##
        let look = ReturnLook(Array(text.utf8))
        #expect(Set(look.items.keys) == ["x/y", "x", "l", "n\nl\\#012 ü", "ns", "keepdir", "t"])
        #expect(look.items["x"] == ReturnLook.Item(kind: nil, isTransferred: false, isNew: false, isDirectory: true))
        #expect(look.items["t"]?.kind == .directory && look.items["t"]?.isNew == true)
        #expect(look.items["keepdir"]?.isTransferred == false && look.items["ns"]?.isTransferred == true)
    }

    @Test(arguments: [("11 (reg: 6, dir: 4, link: 1)", 7), ("3 (reg: 3)", 3), ("1 (dir: 1)", 0)])
    func filesAreCountedWithoutDirectories(text: String, count: Int) {
        #expect(ReturnLook(Array("Number of files: \(text)\n".utf8)).fileCount == count)
    }

    @Test func whatBothSidesWereIsReadAsItWasWritten() async throws {
        try await TemporaryDirectory.with { directory in
            let link = BaseEntry(mode: S_IFLNK | 0o777, size: 0, seconds: 0, nanoseconds: 0, link: Array("a b".utf8))
            let entries: [FilePath: BaseEntry] = [
                "a": Self.old, "new\nline/x y": Self.new, "l": link, FilePath(bytes: [0xFF, 0x20]): Self.old,
            ]
            let folder = SyncedFolder(source: Located(directory.path), target: GuestPath("/srv"))
            let file = directory.path.appending("below").appending("base")
            try FolderBase(entries).write(to: file, of: folder)
            #expect(FolderBase(reading: file, of: folder) == FolderBase(entries))
            #expect(FolderBase(reading: directory.path.appending("none"), of: folder).entries.isEmpty)
            var other = folder
            other.exclude = ["*.log"]
            #expect(FolderBase(reading: file, of: other).entries.isEmpty, "something else may have been left out")
            try directory.write("devenv-folder 1\nx y", to: "below/base")
            #expect(FolderBase(reading: file, of: folder).entries.isEmpty)
        }
    }

    /// No path leads out of the folder, whatever stands on the way.
    @Test func linksAreNotFollowed() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("x", to: "outside/x")
            try directory.write("new", to: "new")
            try HostFiles.makeDirectory(directory.path.appending("root"))
            symlink("../outside", directory.path.appending("root").appending("link").string)
            let tree = HostTree(root: directory.path.appending("root"))
            #expect(tree.entry("link/x") == nil && !tree.isTaken("link/x"))
            #expect(throws: HostError.self) { try tree.place(directory.path.appending("new"), at: "link/x") }
            #expect(throws: HostError.self) { try tree.remove("link/x", isDirectory: false) }
            #expect(try directory.read("outside/x") == "x")
            try tree.place(directory.path.appending("new"), at: "deep/er/x")
            #expect(try directory.read("root/deep/er/x") == "new")
            #expect(try !tree.remove("deep", isDirectory: true))
        }
    }

    @Test func keptCopiesHaveNamesThatFit() {
        let web = MachineName(unchecked: "web-1")
        #expect(ConflictName.make("a/b.txt", web, 1_700_000_000) == "a/b.txt.conflict-web-1-20231114T221320Z")
        #expect(ConflictName.make("b", web, 0, number: 2) == "b.conflict-web-1-19700101T000000Z-2")
        let long = ConflictName.make(FilePath(String(repeating: "x", count: 255)), web, 0)
        #expect(long.bytes.count == 255)
    }
}
