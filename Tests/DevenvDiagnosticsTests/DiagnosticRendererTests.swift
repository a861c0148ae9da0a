import DevenvDiagnostics
import Testing

@Suite struct DiagnosticRendererTests {
    private let source = SourceText(name: "Envfile", "version: 1\nmachines:\n\tweb: {memroy: 1GiB}\n")

    @Test func aDiagnosticShowsItsLineWithACaretItsHelpAndItsNotes() {
        let diagnostic = Diagnostic.error(
            "a machine has no key 'memroy'", at: place(3, 8, 6), help: "did you mean 'memory'?",
            notes: [.init("the machine is here", at: place(3, 2, 3)), .init("and there is no place for this")])
        let expected = """
            Envfile:3:8: error: a machine has no key 'memroy'
                \tweb: {memroy: 1GiB}
                \t      ^~~~~~
                help: did you mean 'memory'?
            Envfile:3:2: note: the machine is here
                \tweb: {memroy: 1GiB}
                \t^~~
            note: and there is no place for this

            """
        #expect(DiagnosticRenderer().render(diagnostic) == expected)
    }

    @Test func diagnosticsAreSortedAndNotRepeated() {
        let first = Diagnostic.error("first", at: place(1, 1))
        let second = Diagnostic.warning("second", at: place(2, 1))
        let text = DiagnosticRenderer().render([second, first, .error("no place", at: nil), second])
        #expect(
            text == """
                error: no place
                Envfile:1:1: error: first
                    version: 1
                    ^
                Envfile:2:1: warning: second
                    machines:
                    ^

                """)
    }

    @Test(arguments: [(9, 50, "        ^~"), (11, 1, "          ^"), (40, 3, String(repeating: " ", count: 10) + "^")])
    func theCaretNeverLeavesTheLine(column: Int, length: Int, expected: String) {
        let text = DiagnosticRenderer().render(.error("x", at: place(1, column, length)))
        #expect(text.split(separator: "\n").last == "    \(expected)")
    }

    @Test(arguments: [(1, false, true), (81, false, true), (200, true, true), (322, true, false), (400, true, false)])
    func ofALongLineThePartAroundThePlaceIsShown(column: Int, isCutBefore: Bool, isCutBehind: Bool) {
        let line = String(repeating: "-", count: column - 1) + "+" + String(repeating: "-", count: 400 - column)
        let place = DevenvDiagnostics.SourceLocation(
            source: SourceText(name: "f", line), line: 1, column: column, length: 2)
        let lines = DiagnosticRenderer().render(.error("x", at: place)).split(separator: "\n").map { $0.dropFirst(4) }
        #expect(lines[1].count == 160)
        #expect((lines[1].hasPrefix("…"), lines[1].hasSuffix("…")) == (isCutBefore, isCutBehind))
        #expect(lines[1].prefix { $0 != "+" }.count == lines[2].prefix { $0 == " " }.count)
        #expect(lines[2].drop { $0 == " " } == (column < 400 ? "^~" : "^"))
    }

    @Test func aPlaceOutsideTheTextShowsNoLine() {
        #expect(DiagnosticRenderer().render(.error("x", at: place(9, 1))) == "Envfile:9:1: error: x\n")
    }

    @Test func controlCharactersAreNotSentToTheTerminal() {
        let source = SourceText(name: "f", "a\u{1B}[31mb\u{7F}")
        let text = DiagnosticRenderer().render(
            .error("x", at: DevenvDiagnostics.SourceLocation(source: source, line: 1, column: 1)))
        #expect(!text.contains("\u{1B}"))
        #expect(!text.contains("\u{7F}"))
        let message = DiagnosticRenderer().render(.error("key '\u{1B}[2J\u{202E}'", at: nil, help: "\u{9B}2J"))
        #expect(message == "error: key '\u{FFFD}[2J\u{FFFD}'\n    help: \u{FFFD}2J\n")
    }

    @Test func colourIsOnlyForThoseWhoAskForIt() {
        let diagnostic = Diagnostic.error("x", at: place(1, 1), help: "y")
        #expect(DiagnosticRenderer(color: true).render(diagnostic).contains("\u{1B}[1;31merror\u{1B}[0m: x"))
        #expect(!DiagnosticRenderer().render(diagnostic).contains("\u{1B}"))
    }

    private func place(_ line: Int, _ column: Int, _ length: Int = 1) -> DevenvDiagnostics.SourceLocation {
        DevenvDiagnostics.SourceLocation(source: source, line: line, column: column, length: length)
    }
}
