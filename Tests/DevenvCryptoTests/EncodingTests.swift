import DevenvCrypto
import Testing

struct EncodingTests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func bytesAsBase64(_ text: String, _ encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
    }

    @Test func theLastLettersOfBase64() {
        #expect(Base64.encode([0xfb, 0xef, 0xff]) == "++//")
    }

    /// FIPS 180-4 examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func digests(_ text: String, _ digest: String) {
        #expect(SHA256.hexadecimal(of: Array(text.utf8)) == digest)
    }

    @Test func aDigestInPiecesIsTheDigestOfTheWhole() {
        let bytes = SecureRandom.bytes(10_000)
        var hash = SHA256()
        hash.update(Array(bytes.prefix(1)))
        hash.update(Array(bytes[1..<7_000]))
        hash.update(Array(bytes.suffix(3_000)))
        #expect(hash.hexadecimal() == SHA256.hexadecimal(of: bytes))
    }

    @Test func fieldsDoNotRunIntoEachOther() {
        #expect(digest(["ab", "c"]) != digest(["a", "bc"]))
        #expect(digest(["1", ""]) != digest(["", "1"]))
    }

    @Test func bytesAsHexadecimalDigits() {
        #expect(Hexadecimal.encode([0, 9, 10, 255]) == "00090aff")
    }

    @Test(arguments: [0, 1, 7, 16]) func randomDigitsHaveTheLengthAskedFor(_ count: Int) {
        let digits = SecureRandom.hexadecimal(digits: count)
        #expect(digits.count == count)
        #expect(digits.allSatisfy { $0.isHexDigit })
    }

    private func digest(_ fields: [String]) -> String {
        var hash = SHA256()
        for field in fields { hash.update(field: field) }
        return hash.hexadecimal()
    }
}
