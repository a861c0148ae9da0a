import SystemPackage
import Testing

@testable import DevenvBoxes

@Suite struct ManifestTests {
    @Test(arguments: [
        ("/etc/passwd", "/etc/passwd"), ("/a b", "/a%20b"), ("/100%", "/100%25"), ("/ü", "/%c3%bc"),
        ("/a\nb", "/a%0ab"),
        ("/%20", "/%2520"),
    ])
    func unusualBytesAreEscaped(name: String, word: String) {
        #expect(ManifestWord(escaping: name.utf8).text == word)
    }

    @Test func everyKindOfEntryHasItsLine() {
        #expect(entry(.directory).line == "d 0755 1 2 /x")
        #expect(entry(.file(size: 3, digest: "abc")).line == "f 0755 1 2 /x 3 abc")
        #expect(entry(.link(target: ManifestWord(escaping: "a b".utf8))).line == "l 0755 1 2 /x a%20b")
        #expect(entry(.device(block: true, major: 8, minor: 1)).line == "b 0755 1 2 /x 8:1")
        #expect(entry(.device(block: false, major: 1, minor: 3)).line == "c 0755 1 2 /x 1:3")
        #expect(entry(.pipe).line == "p 0755 1 2 /x")
        #expect(entry(.socket).line == "s 0755 1 2 /x")
        #expect(entry(.pipe, mode: 0o4).line == "p 0004 1 2 /x")
        #expect(entry(.pipe, mode: 0o4755).line == "p 4755 1 2 /x")
    }

    @Test func attributesEndTheLine() {
        let attribute = TreeEntry.Attribute(name: ManifestWord(escaping: "user.a b".utf8), value: "00ff")
        #expect(entry(.directory, attributes: [attribute]).line == "d 0755 1 2 /x user.a%20b=00ff")
    }

    @Test func aChangedEntrySaysWhatChanged() {
        let manifest = TreeManifest(entries: [entry(.link(target: ManifestWord(escaping: "new".utf8)), mode: 0o777)])
        let differences = ImageDifference.between(recorded: ["l 0755 0 2 /x old"], current: manifest)
        #expect(differences.map(\.description) == ["changed: /x (target, mode 0755 to 0777, owner 0:2 to 1:2)"])
        let other = ImageDifference.between(recorded: ["d 0777 1 2 /x"], current: manifest)
        #expect(other.map(\.description) == ["changed: /x (type d to l)"])
    }

    private func entry(
        _ content: TreeEntry.Content, mode: UInt32 = 0o755, attributes: [TreeEntry.Attribute] = []
    ) -> TreeEntry {
        TreeEntry(
            path: ManifestWord(escaping: "/x".utf8), mode: mode, owner: 1, group: 2, content: content,
            attributes: attributes)
    }
}
