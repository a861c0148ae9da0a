import Testing

@testable import DevenvBoxes

/// Which entries of layers a machine sees.
@Suite struct LayerMergeTests {
    @Test func anUpperLayersFileHidesTheLowerOnes() {
        #expect(seen([["d /", "f /a", "f /b"], ["d /", "f /a"]]) == [["/b"], ["/", "/a"]])
    }

    @Test func aWhiteoutHidesWithAllBelowAndIsNotSeen() {
        #expect(seen([["d /", "d /a", "f /a/x", "f /ab"], ["d /", "w /a"]]) == [["/ab"], ["/"]])
    }

    @Test func anOpaqueDirectoryHidesWhatIsBelowItInLowerLayersOnly() {
        #expect(
            seen([["d /", "d /a", "f /a/x"], ["d /", "o /a", "f /a/y"], ["d /", "d /a", "f /a/z"]])
                == [[], ["/a/y"], ["/", "/a", "/a/z"]])
    }

    @Test func aFileInThePlaceOfADirectoryHidesItsContent() {
        #expect(seen([["d /", "d /a", "f /a/x"], ["d /", "f /a"], ["d /", "d /b"]]) == [[], ["/a"], ["/", "/b"]])
    }

    @Test func aLayerInTheMiddleHidesWhatIsBelowItUnderADirectoryOfTheTop() {
        for middle in ["w /a", "f /a", "o /a"] {
            #expect(
                seen([["d /", "d /a", "f /a/x"], ["d /", middle], ["d /", "d /a"]]) == [[], [], ["/", "/a"]],
                "\(middle)")
        }
    }

    @Test func whatWasRemovedAndMadeAgainIsSeen() {
        #expect(seen([["d /", "f /a"], ["d /", "w /a"], ["d /", "f /a"]]) == [[], [], ["/", "/a"]])
    }

    /// `d` a directory, `o` an opaque one, `f` a file, `w` a whiteout.
    private func seen(_ layers: [[String]]) -> [[String]] {
        let entries = layers.map { $0.map(entry) }
        return zip(entries, LayerMerge.visible(entries)).map { layer, places in places.map { layer[$0].path.text } }
    }

    private func entry(_ text: String) -> TreeEntry {
        let opaque = TreeEntry.Attribute(
            name: ManifestWord(escaping: "trusted.overlay.opaque".utf8), value: "79")
        let content: TreeEntry.Content =
            switch text.first {
            case "f": .file(size: 0, digest: "")
            case "w": .device(block: false, major: 0, minor: 0)
            default: .directory
            }
        return TreeEntry(
            path: ManifestWord(escaping: text.dropFirst(2).utf8), mode: 0o755, owner: 0, group: 0, content: content,
            attributes: text.hasPrefix("o") ? [opaque] : [])
    }
}
