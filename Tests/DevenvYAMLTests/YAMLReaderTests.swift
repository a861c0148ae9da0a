import DevenvDiagnostics
import DevenvTestSupport
import DevenvYAML
import Testing

@Suite struct YAMLReaderTests {
    @Test func listsAndMapsKeepTheirOrder() {
        let result = read("b: [1, {x: 2}]\na:\n  - 3\n  -\n    y: z\n")
        #expect(result.outline == "{b: [1, {x: 2}], a: [3, {y: \"z\"}]}")
    }

    @Test func everyNodeKnowsItsPlace() throws {
        let marked = MarkedText("1️⃣key: 2️⃣value\nlist:\n  - 3️⃣'quoted'\n  - 4️⃣{5️⃣ünï: 6️⃣|7️⃣}\n".replacing("|", with: "x"))
        var diagnostics: [Diagnostic] = []
        let root = try #require(YAMLReader.read(marked.source, reporting: &diagnostics))
        guard case .sequence(let items) = root["list"]?.content else { throw Unexpected() }
        let places = [
            root.entry("key")?.key.location, root["key"]?.location, items[0].location, items[1].location,
            items[1].entry("ünï")?.key.location, items[1]["ünï"]?.location,
        ]
        #expect(places.map(marked.describe) == ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣"])
        #expect(root["key"]?.location?.length == 5)
        #expect(items[0].location?.length == 8)
    }

    @Test func linesCountAsEditorsCountThem() {
        let text = "a: \"x\u{2028}y\u{85}z\"  # \u{2029}\n1️⃣a: 2\n"
        #expect(read(text).problems == ["1️⃣ the key 'a' is written twice [1:1 it is written here first]"])
        #expect(read("a: 1\r\n1️⃣a: 2\r\n").problems.first?.hasPrefix("1️⃣") == true)
    }

    @Test func aByteOrderMarkIsNoColumn() {
        let source = SourceText(name: "Envfile", bytes: [0xEF, 0xBB, 0xBF] + Array("a: 1\na: 2".utf8))
        var diagnostics: [Diagnostic] = []
        let root = YAMLReader.read(source, reporting: &diagnostics)
        #expect(outline(root) == "{a: 1}")
        #expect(diagnostics.first?.notes.first?.location?.description == "Envfile:1:1")
        #expect(source.line(1) == "a: 1")
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n"])
    func aTextWithoutAValueIsNothing(text: String) {
        let result = read(text)
        #expect(["nothing", "null"].contains(result.outline))
        #expect(result.problems.isEmpty)
    }

    @Test func aSecondDocumentIsRefused() {
        #expect(
            read("a: 1\n1️⃣---\nb: 2\n").problems == ["1️⃣ a second document starts here, but a file holds only one"])
    }

    @Test func aDuplicateKeyPointsAtTheFirst() {
        let result = read("1️⃣memory: 1\ncpus: 2\n2️⃣memory: 3\n")
        #expect(result.problems == ["2️⃣ the key 'memory' is written twice [1️⃣ it is written here first]"])
        #expect(result.outline == "{memory: 1, cpus: 2}")
    }

    @Test func aKeyMustBeAText() {
        #expect(read("1️⃣[a]: 1\nb: 2").problems == ["1️⃣ a key must be a text, not a list or a map"])
    }

    @Test func onlyListsMayBeAppended() throws {
        var diagnostics: [Diagnostic] = []
        let root = YAMLReader.read(SourceText(name: "f", "a: !append [1]\nb: [1]"), reporting: &diagnostics)
        #expect(root?["a"]?.isAppended == true)
        #expect(root?["b"]?.isAppended == false)
        #expect(read("a: 1️⃣!append x").problems == ["1️⃣ '!append' is a tag for lists only"])
        #expect(read("a: 1️⃣!append {}").problems == ["1️⃣ '!append' is a tag for lists only"])
    }

    @Test(arguments: ["!ruby/object x", "!!binary aGk=", "!!int text", "!!set {a: 1}", "!!python/name:os.system ''"])
    func unknownTagsAreRefused(value: String) {
        #expect(read("a: 1️⃣\(value)").problems.first?.contains("makes no sense here") == true)
    }

    @Test(arguments: [("!!int 1", "1"), ("!!map {b: 1}", "{b: 1}"), ("!!seq [1]", "[1]"), ("!!null", "null")])
    func coreTagsThatFitAreTaken(value: String, expected: String) {
        let result = read("a: \(value)")
        #expect(result.outline == "{a: \(expected)}")
        #expect(result.problems.isEmpty)
    }

    private struct Unexpected: Error {}
}
