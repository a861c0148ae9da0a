import DevenvCrypto
import Testing

@Suite struct ChecksumTests {
    /// The digests of "abc", from FIPS 180-4's examples and RFC 1321.
    private static let vectors = [
        "md5:900150983cd24fb0d6963f7d28e17f72",
        "sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "sha384:cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            + "8086072ba1e7cc2358baeca134c825a7",
        "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ]

    @Test(arguments: vectors)
    func everyFunctionGivesWhatItsStandardSays(text: String) throws {
        let expected = try #require(Checksum(parsing: text))
        guard var digest = RunningDigest(expected.algorithm) else {
            Issue.record("libcrypto has no \(expected.algorithm)")
            return
        }
        digest.update(Array("a".utf8))
        digest.update(Array("bc".utf8))
        let checksum = digest.checksum()
        #expect(checksum == expected)
        #expect(checksum.description == text)
    }

    @Test func digitsAreTakenInEitherCaseAndWithBlanks() {
        let digits = String(repeating: "aB", count: 32)
        #expect(Checksum(.sha256, hexadecimal: " \(digits)\n") == Checksum(parsing: "SHA256:\(digits.lowercased())"))
        #expect(Checksum(.sha256, hexadecimal: " \(digits)\n") != nil)
    }

    @Test(arguments: [
        "", "sha256", "sha256:", ":aa", "sha256:" + String(repeating: "a", count: 63),
        "sha256:" + String(repeating: "g", count: 64), "md5:" + String(repeating: "a", count: 64),
        "crc32:aaaaaaaa", String(repeating: "a", count: 64),
    ])
    func otherTextsAreNoChecksums(text: String) { #expect(Checksum(parsing: text) == nil) }
}
