import DevenvCommands
import Testing

@Suite struct SafeTextTests {
    @Test(arguments: [
        ("plain\ttext", "plain\ttext"), ("\u{1B}[1;31mred\u{1B}[0m", "red"), ("a\u{1B}]0;title\u{7}b", "ab"),
        ("a\u{1B}]8;;http://x\u{1B}\\b", "ab"), ("\u{9B}2Jx", "x"), ("bell\u{7}", "bell\u{FFFD}"),
        ("a\u{8}b", "a\u{FFFD}b"), ("cut \u{1B}[3", "cut "), ("\u{1B}(Bx", "x"), ("\u{202E}abc", "\u{FFFD}abc"),
        ("\u{7F}", "\u{FFFD}"), ("é漢🙂", "é漢🙂"),
    ])
    func nothingMovesTheCursor(_ text: String, _ clean: String) {
        #expect(SafeText.clean(text) == clean)
    }

    @Test(arguments: [
        ("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("🙂", 2), ("🇩🇪", 2), ("⏳", 2), ("⌛️", 2), ("❯", 1), ("", 0), ("✔ ok", 4),
    ])
    func widthIsCountedInColumns(_ text: String, _ width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test(arguments: [("abcdef", 4, "abc…"), ("abc", 3, "abc"), ("漢字漢", 4, "漢…"), ("abc", 1, "…"), ("abc", 0, "")])
    func textIsCutByColumns(_ text: String, _ limit: Int, _ cut: String) {
        #expect(DisplayWidth.truncate(text, to: limit) == cut)
    }

    @Test(arguments: [
        ("abcdef", 3, 9, ["abc", "def"]), ("abcdefg", 3, 2, ["abc", "de…"]), ("", 3, 2, [""]),
        ("漢字漢", 5, 9, ["漢字", "漢"]), ("漢字漢", 4, 1, ["漢…"]), ("a\tb", 20, 1, ["a       b"]),
        ("e\u{301}e\u{301}e", 2, 9, ["e\u{301}e\u{301}", "e"]),
    ])
    func textIsFoldedByColumns(_ text: String, _ columns: Int, _ limit: Int, _ pieces: [String]) {
        #expect(DisplayWidth.fold(text, to: columns, limit: limit) == pieces)
    }

    @Test func aLineAfterAReturnReplacesTheFormer() {
        var splitter = LineSplitter()
        let lines = ["1 %\r", "2 %\r3", " %\r\nnext\n"].flatMap { splitter.feedLines(Array($0.utf8)) }
        #expect(lines.map(\.text) == ["1 %", "2 %", "3 %", "next"])
        #expect(lines.map(\.replacesFormer) == [false, true, true, false])
    }

    @Test func linesEndHoweverTheyAreCut() {
        var splitter = LineSplitter()
        let chunks = ["one\r", "\ntwo\nthr", "ee\r10%\r2", "0%"]
        #expect(chunks.flatMap { splitter.feed(Array($0.utf8)) } == ["one", "two", "three", "10%"])
        #expect(splitter.finish() == "20%")
        #expect(splitter.finish() == nil)
    }

    @Test func aLineWithoutEndDoesNotGrowForever() {
        var splitter = LineSplitter()
        let lines = splitter.feed([UInt8](repeating: 120, count: LineSplitter.limit * 2 + 1))
        #expect(lines.map(\.count) == [LineSplitter.limit, LineSplitter.limit])
        #expect(splitter.finish() == "x")
    }
}
