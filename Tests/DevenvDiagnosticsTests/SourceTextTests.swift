import DevenvDiagnostics
import Testing

@Suite struct SourceTextTests {
    @Test(arguments: ["a\nb\nc", "a\r\nb\r\nc", "a\rb\rc", "\u{FEFF}a\nb\nc"])
    func everyLineEndingEndsALine(text: String) {
        let source = SourceText(name: "f", text)
        #expect(source.lineCount == 3)
        #expect((1...3).map { source.line($0) } == ["a", "b", "c"])
    }

    @Test func linesOutsideTheTextAreNil() {
        let source = SourceText(name: "f", "a\n")
        #expect(source.line(0) == nil)
        #expect(source.line(2)?.isEmpty == true)
        #expect(source.line(3) == nil)
        #expect(SourceText(name: "f", "").line(1)?.isEmpty == true)
    }

    @Test func bytesThatAreNoTextAreRepaired() {
        #expect(SourceText(name: "f", bytes: [0x61, 0xFF, 0x62]).line(1) == "a\u{FFFD}b")
    }

    @Test func locationsAreOrderedByFileAndPlace() {
        let (a, b) = (SourceText(name: "a", "x"), SourceText(name: "b", "x"))
        let places = [(b, 1, 1), (a, 2, 1), (a, 1, 2), (a, 1, 1)].map {
            DevenvDiagnostics.SourceLocation(source: $0, line: $1, column: $2)
        }
        #expect(places.sorted().map(\.description) == ["a:1:1", "a:1:2", "a:2:1", "b:1:1"])
    }

    @Test func locationsInEqualTextsAreNotTheSamePlace() {
        let (one, two) = (SourceText(name: "f", "x"), SourceText(name: "f", "x"))
        let place = DevenvDiagnostics.SourceLocation(source: one, line: 1, column: 1)
        #expect(place == DevenvDiagnostics.SourceLocation(source: one, line: 1, column: 1))
        #expect(place != DevenvDiagnostics.SourceLocation(source: two, line: 1, column: 1))
    }
}
