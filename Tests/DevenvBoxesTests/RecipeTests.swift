import DevenvBoxes
import Testing

@Suite struct RecipeTests {
    @Test(arguments: [
        ("debian/12", "bookworm"), ("debian/12-postgresql", "bookworm"), ("debian/trixie", "trixie"),
        ("debian/99", nil),
        ("quickstart", nil), ("mine/12", nil),
    ])
    func aNameMaySpeakOfARelease(name: String, suite: String?) {
        #expect(BoxRecipe.suite(forName: name) == suite)
    }
}
