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

    @Test(arguments: [("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("🙂", 2), ("", 0), ("✔ ok", 4)])
    func widthIsCountedInColumns(_ text: String, _ width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test(arguments: [("abcdef", 4, "abc…"), ("abc", 3, "abc"), ("漢字漢", 4, "漢…"), ("abc", 1, "…"), ("abc", 0, "")])
    func textIsCutByColumns(_ text: String, _ limit: Int, _ cut: String) {
        #expect(DisplayWidth.truncate(text, to: limit) == cut)
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
