import DevenvDiagnostics
import DevenvModel
import Testing

@Suite struct OptionTreeTests {
    private func map(_ entries: (String, Int)...) -> OptionTree {
        OptionTree(.map(entries.map { .init(key: Located($0), value: OptionTree(.integer($1))) }))
    }

    @Test func treesThatSayTheSameAreEqualWhateverTheirOrderAndPlace() {
        let place = DevenvDiagnostics.SourceLocation(source: SourceText(name: "f", "x"), line: 1, column: 1)
        #expect(map(("a", 1), ("b", 2)) == map(("b", 2), ("a", 1)))
        #expect(map(("a", 1)) != map(("a", 2)))
        #expect(map(("a", 1)) != map(("a", 1), ("b", 2)))
        #expect(OptionTree(.string("x"), at: place) == OptionTree(.string("x")))
        #expect(OptionTree(.string("1")) != OptionTree(.integer(1)))
    }

    @Test func aSecretPrintsAsStars() {
        let secret = Redacted("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("hunter2"))
        #expect(secret.secret == "hunter2")
    }
}
