import Testing

@testable import DevenvCatalogs

@Suite struct JSONTests {
    @Test(
        arguments: [
            ("", 0, "a value is missing"), ("{", 1, "a key in quotes is missing"), ("{\"a\" 1}", 5, "':' is missing"),
            ("{\"a\": 1", 7, "',' or '}'"), ("[1 2]", 3, "',' or ']'"), ("\"a", 0, "does not end"),
            ("\"a\n\"", 2, "ends before its line"), ("tru", 0, "no value"), ("-", 0, "no value"),
            ("[1]x", 3, "more behind"),
            ("\"\\x\"", 3, "gives no meaning"), ("\"\\ud800\"", 7, "half a character"), ("<html>", 0, "no value"),
        ] as [(String, Int, String)]) func whatIsWrongIsSaidWithItsPlace(text: String, offset: Int, says: String)
    {
        let mistake = #expect(throws: JSONParser.Mistake.self) { try JSONParser.parse(Array(text.utf8)) }
        #expect(mistake?.offset == offset)
        #expect(mistake?.message.contains(says) == true, "\(mistake?.message ?? "")")
    }

    @Test func depthIsBounded() {
        let text = String(repeating: "[", count: 10_000)
        #expect(throws: JSONParser.Mistake.self) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test func textsAreRead() throws {
        let value = try JSONParser.parse(
            Array(#" {"a": "ü\u00fc\ud83d\ude00\n\"\\\/", "b": [1.5e3, true, null]} "#.utf8))
        #expect(value["a"]?.content == .text("üü😀\n\"\\/"))
        #expect(value["b"]?.elements?.map(\.content) == [.number("1.5e3"), .bool(true), .null])
    }

    @Test func whatIsWrittenIsWhatWasRead() throws {
        let text = """
            {
              "name": "a \\"b\\" \\u0001",
              "list": [
                1.50,
                {},
                []
              ],
              "other": null
            }

            """
        #expect(String(decoding: try JSONParser.parse(Array(text.utf8)).rendered(), as: UTF8.self) == text)
    }

    @Test func membersKeepTheirPlaces() throws {
        var value = try JSONParser.parse(Array(#"{"a": 1, "b": 2, "c": 3}"#.utf8))
        value["b"] = .text("x")
        value["d"] = .number(4)
        value["a"] = nil
        guard case .object(let members) = value.content else {
            Issue.record("it is an object no more")
            return
        }
        #expect(members.map(\.key) == ["b", "c", "d"])
        #expect(members.map(\.value.content) == [.text("x"), .number("3"), .number("4")])
    }
}
