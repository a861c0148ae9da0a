import DevenvModel
import Testing

/// By the rules of RubyGems (Gem::Version, Gem::Requirement).
@Suite struct BoxVersionTests {
    /// Each comes before all that follow.
    static let ascending = [
        "0.a", "0", "0.0.1.a", "0.0.1", "0.1", "1.A", "1.a.b", "1.a", "1.a.1", "1.a.2", "1.a.10", "1.b", "1-alpha",
        "1.pre", "1.pre.1", "1.rc1", "1.rc2", "1.rc10", "1", "1.0.0.1.b", "1.0.0.1", "1.0.1", "1.9", "1.10", "1.10.1",
        "2.1.0-rc1", "2.1.0-rc.2", "2.1.0.pre", "2.1.0", "12.11", "12.20240905.1", "20240905.0.0",
        "999999999999999999",
    ]

    @Test(arguments: ascending.indices)
    func versionsAreOrdered(index: Int) throws {
        let version = try #require(BoxVersion(parsing: Self.ascending[index]))
        for (position, text) in Self.ascending.enumerated() {
            let other = try #require(BoxVersion(parsing: text))
            #expect((version < other) == (index < position), "\(version) < \(other)")
            #expect((version == other) == (index == position), "\(version) == \(other)")
            #expect((version > other) == (index > position), "\(version) > \(other)")
        }
    }

    @Test(arguments: [
        ("1", "1.0.0"), ("0", "0.0"), ("1.0.a", "1.a"), ("1.a1", "1.a.1"), ("1.a.0", "1.a"), ("1-rc1", "1.0.pre.rc.1"),
        ("01.002", "1.2"), ("1--a", "1.pre.pre.a"), ("1.0.b2.0", "1.b2"),
    ])
    func someAreWrittenInMoreThanOneWay(first: String, second: String) throws {
        let (first, second) = (try #require(BoxVersion(parsing: first)), try #require(BoxVersion(parsing: second)))
        #expect(first == second)
        #expect(!(first < second) && !(second < first))
        #expect(first.hashValue == second.hashValue)
    }

    @Test(arguments: [
        "", "a", "v1", "1.", ".1", "1..2", "1 2", " 1", "1\n", "-1", "1-", "1.2-", "1-a.", "1-a..b", "1+2", "1_2",
        "1:2",
        "١", "1.é", "12a", "a.1", "1.2/3", "1000000000000000000",
    ])
    func otherTextsAreNoVersions(text: String) { #expect(BoxVersion(parsing: text) == nil) }

    @Test(arguments: [
        ("1", "1", "2"), ("1.2", "1.2", "2"), ("1.2.3", "1.2.3", "1.3"), ("1.2.a", "1.2", "2"), ("1.a", "1", "2"),
        ("1.2.3-rc1", "1.2.3", "1.3"), ("1.a.2", "1", "2"), ("0", "0", "1"), ("1.9", "1.9", "2"),
    ])
    func aVersionHasAReleaseAndAnEnd(text: String, release: String, end: String) throws {
        let version = try #require(BoxVersion(parsing: text))
        #expect(version.release == BoxVersion(parsing: release))
        #expect(version.pessimisticEnd == BoxVersion(parsing: end))
        #expect(version.isPrerelease == text.contains { $0.isLetter })
        #expect(version.description == text)
    }

    /// For each constraint what it admits, and then what not.
    static let constraints: [(String, admitted: [String], refused: [String])] = [
        ("12.11", ["12.11", "12.11.0"], ["12.1", "12.12", "12.11.1", "12.11.pre"]),
        ("= 12.11", ["12.11"], ["12.10", "12.12"]),
        ("=12.11", ["12.11"], ["12.10"]),
        ("!= 1.4.2", ["1.4.1", "1.4.3", "2"], ["1.4.2", "1.4.2.0", "1.4.3.pre"]),
        ("> 1.9", ["1.10", "1.9.1", "2"], ["1.9", "1.9.0", "1.8", "2.0.rc1"]),
        ("< 2", ["1.99", "0"], ["2", "2.0", "2.1", "2.0.pre", "1.0.a"]),
        (">= 1.10", ["1.10", "1.10.0", "1.11", "2"], ["1.9", "1.2", "2.0.a"]),
        ("<= 1.10", ["1.10", "1.10.0", "1.9"], ["1.10.1", "1.11", "2", "1.10.pre"]),
        ("~> 1", ["1", "1.0", "1.99"], ["0.9", "2", "2.0.pre"]),
        ("~> 1.2", ["1.2", "1.2.9", "1.99"], ["1.1.9", "2", "2.0", "1.3.pre"]),
        ("~> 1.2.3", ["1.2.3", "1.2.99"], ["1.2.2", "1.3", "1.3.pre", "2"]),
        ("~> 1.2.3.4", ["1.2.3.4", "1.2.3.9"], ["1.2.4"]),
        (">= 2.0, < 3", ["2.0", "2.9"], ["1.9", "3", "2.1.0.pre"]),
        (">=2.0,<3", ["2.0"], ["3"]),
        ("  >= 2.0 ,  < 3  ", ["2.0"], ["3"]),
        ("> 1, != 1.5, < 2", ["1.4", "1.6"], ["1", "1.5", "2"]),
        ("> 2, < 1", [], ["0", "1", "1.5", "2", "3"]),
        ("= 2.1.0.pre", ["2.1.0.pre", "2.1.pre"], ["2.1.0", "2.1.0.rc1"]),
        ("2.1.0-rc1", ["2.1.0-rc1", "2.1.0.pre.rc1"], ["2.1.0.rc1", "2.1.0"]),
        (">= 2.1.0.a", ["2.1.0.a", "2.1.0.pre", "2.1.0", "3.0.rc1"], ["2.0", "2.1.0.A"]),
        ("~> 2.1.0.a", ["2.1.0.a", "2.1.0.rc1", "2.1.9", "2.1.9.pre"], ["2.1.0.A", "2.2", "2.2.0.pre", "2.2.a"]),
        (">= 2.0.a, < 3", ["2.0.rc1", "2.9", "3.0.pre"], ["3"]),
        ("!= 2.0.a", ["2.0.b", "1", "3.0.pre"], ["2.0.a"]),
        ("< 2.0.rc1", ["2.0.pre", "1"], ["2.0.rc1", "2.0"]),
    ]

    @Test(arguments: constraints.indices)
    func constraintsAdmitWhatRubyGemsDoes(index: Int) throws {
        let (text, admitted, refused) = Self.constraints[index]
        let constraint = try #require(VersionConstraint(parsing: text))
        for version in admitted { #expect(constraint.admits(try #require(BoxVersion(parsing: version))), "\(version)") }
        for version in refused { #expect(!constraint.admits(try #require(BoxVersion(parsing: version))), "\(version)") }
    }

    @Test func withoutAConstraintEveryReleaseWillDo() throws {
        for (text, isAdmitted) in [("0", true), ("12.11", true), ("2.1.0.pre", false)] {
            #expect(VersionConstraint.any.admits(try #require(BoxVersion(parsing: text))) == isAdmitted)
        }
    }

    @Test(arguments: [
        "", " ", ",", "1,", ",1", "1,,2", "~~ 1", ">=", "=> 1", "== 1", "!1", "1 2", "a.b", "> 1 < 2", "^1", "~>",
    ])
    func otherTextsAreNoConstraints(text: String) { #expect(VersionConstraint(parsing: text) == nil) }

    @Test func aConstraintKeepsItsText() {
        #expect(VersionConstraint(parsing: " >= 1,<2 ")?.description == ">= 1,<2")
    }
}
