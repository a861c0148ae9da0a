import Testing

@Suite struct CoreSchemaTests {
    @Test(arguments: [
        ("true", "true"), ("True", "true"), ("TRUE", "true"), ("false", "false"), ("tRUE", "\"tRUE\""),
        ("yes", "\"yes\""), ("no", "\"no\""), ("on", "\"on\""), ("off", "\"off\""), ("y", "\"y\""), ("N", "\"N\""),
        ("~", "null"), ("null", "null"), ("Null", "null"), ("NULL", "null"), ("nULL", "\"nULL\""),
        ("12", "12"), ("-12", "-12"), ("+12", "12"), ("0o17", "15"), ("0x1F", "31"), ("0644", "644"),
        ("0b11", "\"0b11\""), ("0o8", "\"0o8\""), ("0x", "\"0x\""), ("0x-1", "\"0x-1\""), ("1_000", "\"1_000\""),
        ("12:30", "\"12:30\""), ("12:30:45", "\"12:30:45\""), ("2024-01-02", "\"2024-01-02\""),
        ("1.5", "1.5"), (".5", "0.5"), ("5.", "5.0"), ("1e3", "1000.0"), ("-1.5E-1", "-0.15"), ("1e", "\"1e\""),
        (".inf", "inf"), ("-.Inf", "-inf"), (".NAN", "nan"), ("inf", "\"inf\""), ("nan", "\"nan\""), (".", "\".\""),
        ("--1", "\"--1\""), ("0x1p3", "\"0x1p3\""), ("99999999999999999999", "1e+20"), ("1.2.3", "\"1.2.3\""),
        ("8080:80", "\"8080:80\""), (".:/srv", "\".:/srv\""), ("-", "[null]"), ("10.60.0.0/24", "\"10.60.0.0/24\""),
    ])
    func plainScalarsFollowTheCoreSchema(text: String, expected: String) {
        #expect(read("key: \n  \(text)").outline == "{key: \(expected)}")
    }

    @Test(arguments: ["'12'", "\"true\"", "'null'", "''", "|-\n  12", ">-\n  12", "!!str 12", "! 12"])
    func quotedAndBlockScalarsAreTexts(text: String) {
        let result = read("key: \(text)")
        #expect(result.outline.hasPrefix("{key: \""))
        #expect(result.problems.isEmpty)
    }

    @Test func anEmptyValueIsNull() {
        #expect(read("key:").outline == "{key: null}")
        #expect(read("? key").outline == "{key: null}")
    }
}
