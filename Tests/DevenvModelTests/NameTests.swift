import DevenvModel
import Testing

@Suite struct NameTests {
    @Test(arguments: ["web", "web-1", "0", "a".repeated(63), "1-2"])
    func namesAreLabels(text: String) {
        #expect(MachineName(rawValue: text)?.description == text)
    }

    @Test(arguments: ["", "-web", "web-", "Web", "web_1", "web.1", "wéb", "a".repeated(64), "a b", "../x", "a\n"])
    func otherTextsAreNoNames(text: String) {
        #expect(MachineName(rawValue: text) == nil)
    }

    @Test(arguments: [
        ("My Shop!", "my-shop"), ("shop", "shop"), ("--", "project"), ("", "project"), ("äöü", "project"),
        ("A__B", "a-b"), ("x".repeated(80), "x".repeated(40)), ("-a-", "a"),
        ("x".repeated(39) + " yz", "x".repeated(39)),
    ])
    func anyTextCanBeMadeSafe(text: String, expected: String) {
        let name = ProjectName.madeSafe(text, fallback: "project")
        #expect(name.rawValue == expected)
        #expect(ProjectName.isValid(name.rawValue))
    }

    @Test(arguments: [
        ("debian/12", BoxReference.named("debian/12", constraint: nil)),
        ("debian/12@~> 12.0", .named("debian/12", constraint: VersionConstraint(parsing: "~> 12.0"))),
        ("base", .named("base", constraint: nil)),
        ("./box.tar.zst", .location("./box.tar.zst")), ("../box", .location("../box")),
        ("/srv/box", .location("/srv/box")),
        ("https://boxes.example.com/b.tar", .location("https://boxes.example.com/b.tar")),
        ("oci:registry.example.com/box:1", .image("registry.example.com/box:1")),
    ])
    func boxesAreReadAndWritten(text: String, expected: BoxReference) {
        #expect(BoxReference(parsing: text) == expected)
        #expect(BoxReference(parsing: text)?.description == text)
    }

    @Test(arguments: ["~~ 1", ">=", "a.b", "1,,2", "", " ", "1; 2"])
    func aBadConstraintIsToldApartFromABadName(constraint: String) {
        #expect(throws: BoxReference.Mistake.constraint(constraint)) { try BoxReference(reading: "a@\(constraint)") }
        #expect(throws: BoxReference.Mistake.name) { try BoxReference(reading: "a b@\(constraint)") }
    }

    @Test(arguments: ["", "oci:", "debian/12@", "a/b/c", ".hidden", "a b", "-x", "debian//12", "x".repeated(101)])
    func otherTextsAreNoBoxes(text: String) {
        #expect(BoxReference(parsing: text) == nil)
    }
}

extension String {
    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
