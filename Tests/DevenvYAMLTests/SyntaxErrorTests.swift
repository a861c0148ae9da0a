import DevenvDiagnostics
import DevenvTestSupport
import DevenvYAML
import Testing

/// Bytes, the place that is wrong in them, and what is said of it.
struct EncodingCase {
    let bytes: [UInt8]
    let place: String?
    let message: String

    init(_ bytes: [UInt8], _ place: String?, _ message: String) {
        (self.bytes, self.place, self.message) = (bytes, place, message)
    }
}

@Suite struct SyntaxErrorTests {
    @Test(arguments: [
        ("machines\n  web1️⃣: 1", "1️⃣ a ':' makes no sense here"),
        ("a: b1️⃣: c", "1️⃣ a ':' makes no sense here"),
        ("a: 1\n1️⃣memory\nb: 2", "1️⃣ this line is no 'key: value'"),
        ("a: 1️⃣\"open\nb: 2\n", "1️⃣ the closing quote of this text is missing"),
        ("a: [1, 2\nb1️⃣: 3", "1️⃣ a ',' or the ']' that ends the list was expected here [1:4 the list starts here]"),
        ("a: {b: 1\n1️⃣", "1️⃣ a ',' or the '}' that ends the map was expected here [1:4 the map starts here]"),
        ("a:\n b: [11️⃣", "1️⃣ a ',' or the ']' that ends the list was expected here [2:5 the list starts here]"),
        ("a: [1,\u{85} 21️⃣", "1️⃣ a ',' or the ']' that ends the list was expected here [1:4 the list starts here]"),
        ("a:\n1️⃣\tb: 1", "1️⃣ a tab cannot indent YAML"),
        ("a: 1️⃣@b", "1️⃣ a value cannot start with this character"),
        ("a: \"x1️⃣\\d\"", "1️⃣ this is no escape that a text in \"double quotes\" knows"),
        ("a:\n    b: 1\n  1️⃣c: 2", "1️⃣ a key of the map was expected here [1:1 the map starts here]"),
        ("a: 1️⃣!x!y z", "1️⃣ this tag is unknown"),
    ])
    func mistakesAreNamedInPlainWordsAtTheirPlace(text: String, expected: String) {
        let result = read(text)
        #expect(result.problems == [expected])
        #expect(result.outline == "nothing")
    }

    static let encodings: [EncodingCase] = [
        EncodingCase([0x61, 0x3A, 0x20, 0xFF], "1:4", "this byte is not UTF-8"),
        EncodingCase([0x61, 0x0A, 0xC3, 0xA4, 0xC3, 0x28], "2:2", "this byte is not UTF-8"),
        EncodingCase([0xED, 0xA0, 0x80], "1:1", "this byte is not UTF-8"),
        EncodingCase([0x61, 0xF0, 0x9F, 0x98], "1:2", "this byte is not UTF-8"),
        EncodingCase([0x61, 0x3A, 0x20, 0x07], "1:4", "control characters are not allowed in YAML"),
        EncodingCase([0x61, 0x3A, 0x20, 0x7F], "1:4", "control characters are not allowed in YAML"),
        EncodingCase([0x61, 0x3A, 0x0A, 0x20, 0xC2, 0x80], "2:2", "control characters are not allowed in YAML"),
        EncodingCase([0x61, 0x3A, 0x20, 0xEF, 0xBF, 0xBE], "1:4", "control characters are not allowed in YAML"),
        EncodingCase([0xFF, 0xFE, 0x61, 0x00], nil, "'Envfile' is not UTF-8 but looks like UTF-16 or UTF-32"),
        EncodingCase([0x00, 0x61, 0x00, 0x3A], nil, "'Envfile' is not UTF-8 but looks like UTF-16 or UTF-32"),
        EncodingCase([0x61, 0x00, 0x3A, 0x00], nil, "'Envfile' is not UTF-8 but looks like UTF-16 or UTF-32"),
    ]

    @Test(arguments: encodings)
    func otherEncodingsAreRefused(_ example: EncodingCase) {
        var diagnostics: [Diagnostic] = []
        let node = YAMLReader.read(SourceText(name: "Envfile", bytes: example.bytes), reporting: &diagnostics)
        #expect(node == nil)
        #expect(diagnostics.map(\.message) == [example.message])
        #expect(diagnostics.first?.location?.description == example.place.map { "Envfile:\($0)" })
    }

    /// Mutated bytes may give any diagnostics, but must end, and a tree must come without a syntax error.
    @Test func mutatedTextsNeverCrash() {
        let seed = Array(
            "version: 1\nmachines: &m\n  web: {box: 'a', cpus: 2, x: [1, \"é\"]}\n  db:\n    <<: *m\n    s: |\n      hi\n"
                .utf8)
        var random = SeededGenerator(seed: 20)
        for _ in 0..<5_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&bytes, &random) }
            var diagnostics: [Diagnostic] = []
            let node = YAMLReader.read(SourceText(name: "fuzz", bytes: bytes), reporting: &diagnostics)
            #expect(node != nil || !diagnostics.isEmpty || outline(node) == "nothing")
            _ = DiagnosticRenderer().render(diagnostics)
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.insert(Array("[]{}:-&*!|>'\"#%@`,? \n\t\\".utf8).randomElement(using: &random) ?? 0, at: index)
        case 2 where bytes.count > 1: bytes.remove(at: index)
        default: bytes.swapAt(index, Int.random(in: 0..<bytes.count, using: &random))
        }
    }
}
