import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@Suite struct SSHKeyPairTests {
    @Test(.requires(tool: "ssh-keygen"), arguments: ["devenv-shop-web", "", "with blanks and ü"])
    func theSystemsSSHReadsThePairAndFindsTheSamePublicKey(_ comment: String) async throws {
        try await TemporaryDirectory.with { directory in
            let pair = SSHKeyPair.generate(comment: comment)
            let file = try directory.write(Array(pair.privateKey.utf8), to: "key")
            let read = try await SystemToolRunner().run(
                ToolInvocation("ssh-keygen", ["-y", "-P", "", "-f", file.string]))
            #expect(read.status == 0, "\(read.complaint)")
            let words = read.text.split(whereSeparator: \.isWhitespace).prefix(2)
            #expect(words == pair.publicKey.split(separator: " ").prefix(2))
        }
    }

    @Test func noTwoPairsAreAlike() {
        #expect(SSHKeyPair.generate(comment: "a").publicKey != SSHKeyPair.generate(comment: "a").publicKey)
    }
}
