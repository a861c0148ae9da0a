import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import Testing

@Suite struct OptionReaderTests {
    private enum Colour: String, CaseIterable { case red, green }

    private static let source = SourceText(name: "Envfile", "0123456789\n0123456789\n0123456789\n")

    private func place(_ line: Int) -> DevenvDiagnostics.SourceLocation {
        .init(source: Self.source, line: line, column: 3)
    }

    private func reader(_ entries: KeyValuePairs<String, OptionTree>) -> OptionReader {
        let entries = entries.map { OptionTree.Entry(key: Located($0.key, at: place(2)), value: $0.value) }
        return OptionReader(OptionTree(.map(entries), at: place(1)), of: "the options")
    }

    private func tree(_ value: OptionTree.Value) -> OptionTree { OptionTree(value, at: place(3)) }

    @Test func valuesOfTheRightTypeAreReadWithoutComplaint() {
        var reader = reader([
            "flag": tree(.boolean(true)), "count": tree(.integer(3)), "name": tree(.string("x")),
            "list": tree(.list([tree(.string("a")), tree(.string("b"))])), "one": tree(.string("alone")),
            "colour": tree(.string("green")), "empty": tree(.null),
        ])
        #expect(reader.boolean("flag") == true)
        #expect(reader.integer("count", in: 1...3) == 3)
        #expect(reader.string("name") == Located("x", at: place(3)))
        #expect(reader.strings("list")?.map(\.value) == ["a", "b"])
        #expect(reader.strings("one")?.map(\.value) == ["alone"])
        #expect(reader.choice("colour", as: Colour.self) == .green)
        #expect(reader.tree("empty") == nil && reader.tree("absent") == nil)
        #expect(reader.finish() == [])
    }

    @Test func everyMistakeIsReportedWhereItStands() {
        var reader = reader([
            "flag": tree(.string("yes")), "count": tree(.integer(4)), "name": tree(.integer(5)),
            "list": tree(.list([tree(.string("a")), tree(.map([]))])), "colour": tree(.string("gren")),
        ])
        #expect(reader.boolean("flag") == nil)
        #expect(reader.integer("count", in: 1...3) == nil)
        #expect(reader.string("name") == nil)
        #expect(reader.strings("list")?.map(\.value) == ["a"])
        #expect(reader.choice("colour", as: Colour.self) == nil)
        let found = reader.finish()
        #expect(found.map(\.location) == Array(repeating: place(3), count: 5))
        #expect(found[0].message == "'flag' must be true or false, not a text")
        #expect(found[1].message == "'count' must be a whole number from 1 to 3, not a whole number")
        #expect(found[4].help == "did you mean 'green'?")
    }

    @Test func aKeyThatNobodyAskedForIsReportedWithTheNearestOne() {
        var reader = reader(["memroy": tree(.integer(1))])
        #expect(reader.integer("memory", in: 0...9) == nil)
        let found = reader.finish()
        #expect(found.map(\.message) == ["the options have no key 'memroy'"])
        #expect(found.first?.location == place(2))
        #expect(found.first?.help == "did you mean 'memory'?")
    }

    @Test(arguments: [
        (OptionTree(.integer(7), spelling: "007"), "007"), (OptionTree(.number(1.1), spelling: "1.10"), "1.10"),
        (OptionTree(.boolean(true), spelling: "true"), "true"), (OptionTree(.integer(7)), "7"),
        (OptionTree(.boolean(false)), "false"), (OptionTree(.string("007")), "007"),
    ]) func numbersAndBooleansKeepTheirSpellingAsTexts(tree: OptionTree, text: String) {
        var list = reader(["args": OptionTree(.list([tree]))])
        #expect(list.strings("args", scalars: true)?.map(\.value) == [text])
        let entry = OptionTree.Entry(key: Located("V"), value: tree)
        var map = reader(["env": OptionTree(.map([entry]))])
        #expect(map.stringMap("env")?.map(\.value.value) == [text])
    }

    @Test func anythingButAMapIsRefused() {
        var reader = OptionReader(OptionTree(.list([]), at: place(1)), of: "the options")
        #expect(reader.finish().map(\.message) == ["the options must be a map, not a list"])
        var nothing = OptionReader(nil, of: "the options")
        #expect(nothing.finish() == [])
    }
}
