import DevenvModel
import DevenvPluginAPI
import Testing

@Suite struct SecretMaskerTests {
    /// The text masked after being cut into chunks of that size.
    private func masked(_ text: String, _ secrets: [String], chunk: Int) -> String {
        var masker = SecretMasker(secrets: secrets.map { Redacted($0) })
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            output += masker.mask(Array(bytes[start..<min(start + chunk, bytes.count)]))
        }
        return String(decoding: output + masker.finish(), as: UTF8.self)
    }

    @Test(arguments: [
        (["hunter2"], "the password is hunter2.", "the password is *****."),
        (["hunter2"], "hunter hunter2hunter", "hunter *****hunter"),
        (["abcd", "abcdefgh"], "abcdefgz abcdefgh", "*****efgz *****"),
        (["abcd", "cdef"], "-abcdef-", "-*****-"),
        (["aaaa"], "aaa aaaaaaaaa", "aaa *****"),
        (["aab-"], "aaab-", "a*****"),
        (["pass"], "pas", "pas"),
        (["pass"], "", ""),
        (["grüße"], "viele grüße", "viele *****"),
        (["first line\nsecond line"], "> second line\n> first", "> *****\n> first"),
        (["first line\nsecond line"], "first line\nsecond line", "*****"),
        (["it's \"a\\b\"\nc"], #"{"msg": "it's \"a\\b\"\nc"}"#, #"{"msg": "*****"}"#),
        ([], "nothing to hide", "nothing to hide"),
        (["", "a", "abc"], "a abc", "a abc"),
    ]) func secretsAreMaskedHoweverTheStreamIsCut(secrets: [String], text: String, expected: String) {
        for chunk in 1...(text.utf8.count + 1) { #expect(masked(text, secrets, chunk: chunk) == expected) }
    }

    @Test func nothingIsHeldBackThatIsNotTheStartOfASecret() {
        var masker = SecretMasker(secrets: [Redacted("hunter2")])
        #expect(masker.mask(Array("ready\nhun".utf8)) == Array("ready\n".utf8))
        #expect(masker.mask(Array("gry".utf8)) == Array("hungry".utf8))
    }

    @Test func aWholeTextIsMasked() {
        #expect(SecretMasker.mask("a hunter2 b", secrets: [Redacted("hunter2")]) == "a ***** b")
    }

    @Test func bothStreamsAreMaskedByThemselves() {
        let seen = Seen()
        let output = MaskedOutput(secrets: [Redacted("hunter2")], to: seen.handler)
        output.write(.standardOutput, Array("hunt".utf8))
        output.write(.standardError, Array("er2 hunter".utf8))
        output.write(.standardOutput, Array("er2".utf8))
        output.finish()
        #expect(seen.text(.standardOutput) == "*****")
        #expect(seen.text(.standardError) == "er2 hunter")
    }
}
