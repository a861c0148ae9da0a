import DevenvDiagnostics
import Testing

@Suite struct SuggestionTests {
    private static let keys = ["memory", "cpus", "forward", "depends_on", "provision", "provider", "ready", "sync"]

    @Test(arguments: [
        ("memroy", "memory"), ("Memory", "memory"), ("cpu", "cpus"), ("cpsu", "cpus"), ("foward", "forward"),
        ("dependson", "depends_on"), ("depends-on", "depends_on"), ("provison", "provision"), ("snyc", "sync"),
        ("redy", "ready"), ("sync", "sync"),
    ])
    func theNearestWordIsFound(word: String, expected: String) {
        #expect(Suggestion.nearest(to: word, among: Self.keys) == expected)
        #expect(Suggestion.help(for: word, among: Self.keys) == "did you mean '\(expected)'?")
    }

    @Test(arguments: ["colour", "x", "", "memoryandmore", "disk", "networks"])
    func wordsThatAreFarApartAreNotSuggested(word: String) {
        #expect(Suggestion.nearest(to: word, among: Self.keys) == nil)
        #expect(Suggestion.help(for: word, among: Self.keys) == nil)
    }

    @Test func ofTwoEquallyNearWordsTheFirstByAlphabetIsTaken() {
        #expect(Suggestion.nearest(to: "bat", among: ["rat", "cat"]) == "cat")
        #expect(Suggestion.nearest(to: "bat", among: []) == nil)
    }
}
