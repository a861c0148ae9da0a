import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Where secrets are read.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct SecretKeyTests {
    static let envfile = """
        version: 1
        secrets:
          token: { file: private/token }
          word: { command: [sh, scripts/word.sh, "a b"] }
        machines:
          one:
            box: $BOX
            provision:
              - name: use
                shell:
                  inline: printf '%s|' "$TOKEN" "$WORD" > /srv/said; echo "has $TOKEN and $WORD"
                  env: { TOKEN: secret:token, WORD: secret:word }
        """
    private static let files = [
        "private/token": "t0ken-0815 \n\n", "scripts/word.sh": "echo \"w0rd of $1 in ${PWD##*/}\"\necho aside >&2\n",
    ]

    @Test func filesAndCommandsGiveThemWhenTheyAreNeededAndNobodySeesThem() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("plan", status: 10)
            let up = try await project.expect("up")
            let place = try #require(project.directory.lastComponent?.string)
            #expect(try await project.said("cat /srv/said") == "t0ken-0815 \n|w0rd of a b in \(place)|")
            #expect(up.transcript.contains("has *****"), "\(up.transcript)")
            #expect(!up.transcript.contains("t0ken") && !up.transcript.contains("w0rd"), "\(up.transcript)")

            try project.write("exit 5\n", to: "scripts/word.sh")
            #expect(try await project.expect("up").errors.contains("Nothing to do"), "nobody needs it now")
            let failed = try await project.expect("provision", status: 1)
            #expect(failed.errors.contains("'word'") && failed.errors.contains("5"), "\(failed.errors)")
            try HostFiles.remove(project.directory.appending("private"))
            let missing = try await project.expect("provision", status: 1)
            #expect(missing.errors.contains("private/token', which does not exist"), "\(missing.errors)")
        }
    }
}
