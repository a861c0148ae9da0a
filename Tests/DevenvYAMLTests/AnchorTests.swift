import DevenvDiagnostics
import DevenvYAML
import Testing

@Suite struct AnchorTests {
    @Test func anAliasStandsForItsAnchor() {
        #expect(read("a: &x [1, 2]\nb: *x").outline == "{a: [1, 2], b: [1, 2]}")
        #expect(read("a: &k key\n*k : 1").outline == "{a: \"key\", key: 1}")
    }

    @Test func aLaterAnchorReplacesAnEarlierOne() {
        #expect(read("[&x 1, *x, &x 2, *x]").outline == "[1, 1, 2, 2]")
    }

    @Test func whatIsWrittenWinsOverWhatIsMerged() {
        let text = "base: &b {x: 1, y: 2}\nother: &o {y: 3, z: 4}\nc:\n  <<: [*b, *o]\n  x: 9\n"
        #expect(read(text).outline.hasSuffix("c: {x: 9, y: 2, z: 4}}"))
        #expect(read("a: &a {x: 1}\nb:\n  x: 2\n  <<: *a").outline.hasSuffix("b: {x: 2}}"))
    }

    @Test func aQuotedMergeKeyIsAKey() {
        #expect(read("'<<': 1").outline == "{<<: 1}")
    }

    @Test func onlyMapsAreMerged() {
        #expect(read("a: {<<: 1️⃣text}").problems == ["1️⃣ '<<' merges a map or a list of maps"])
        #expect(read("a: {<<: 1️⃣[1]}").problems == ["1️⃣ '<<' merges a map or a list of maps"])
        #expect(
            read("a: {1️⃣<<: {}, 2️⃣<<: {}}").problems
                == ["2️⃣ the key '<<' is written twice [1️⃣ it is written here first]"])
    }

    @Test func anUnknownAliasIsReported() {
        #expect(read("a: &base 1\nb: 1️⃣*bace").problems == ["1️⃣ there is no anchor '&bace' above"])
        #expect(read("a: &x [1️⃣*x]").problems == ["1️⃣ the alias '*x' stands within what it names"])
    }

    @Test func aBombIsRefusedAtOnce() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...60 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ", "))]\n"
        }
        // who went on would never end
        let result = read(text)
        #expect(result.problems.count == 1)
        #expect(result.problems[0].contains("more than 10000000 values"))
    }

    @Test func aBombOfMergesIsRefusedAtOnce() {
        var text = "a0: &a0 {" + (0..<1_000).map { "k\($0): 1" }.joined(separator: ", ") + "}\n"
        text += "b: [" + Array(repeating: "{<<: *a0}", count: 20_000).joined(separator: ", ") + "]\n"
        #expect(read(text).problems.first?.contains("more than 10000000 values") == true)
    }

    @Test func nestingIsBounded() {
        let fine = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(read(fine).problems.isEmpty)
        #expect(read("[\(fine)]").problems.first?.contains("nested more than 100 deep") == true)
        #expect(read(String(repeating: "[", count: 200_000)).problems.first?.contains("nested more than") == true)
        #expect(read(String(repeating: "- ", count: 50_000)).problems.first?.contains("nested more than") == true)
    }

    @Test func aliasesCountTowardsTheNesting() {
        let half = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        let around = String(repeating: "[", count: 60) + "*x" + String(repeating: "]", count: 60)
        #expect(read("a: &x \(half)\nb: \(around)").problems.first?.contains("nested more than 100 deep") == true)
    }
}
