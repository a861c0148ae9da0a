import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Where secrets are read.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "age", "age-keygen"))
struct SecretKeyTests {
    static let envfile = """
        version: 1
        secrets:
          token: { file: private/token }
          word: { command: [sh, scripts/word.sh, "a b"] }
          locked: { age: locked.age, identity: private/identity }
          short: { env: SHORT }
          empty: { env: EMPTY }
        machines:
          one:
            box: $BOX
            provision:
              - name: use
                shell:
                  inline: printf '%s|' "$TOKEN" "$WORD" "$LOCKED" "$SHORT" "$EMPTY" > /srv/said; echo "has $TOKEN and $WORD"
                  env: { TOKEN: secret:token, WORD: secret:word, LOCKED: secret:locked, SHORT: secret:short,
                    EMPTY: secret:empty }
              - { name: tell, shell: { path: scripts/tell.sh } }
              - { name: seen, run: never, shell: { path: scripts/seen.sh, env: { TOKEN: secret:token } } }
        """
    private static let environment = ["SHORT": "ab", "EMPTY": ""]
    private static let files = [
        "private/token": "t0ken-0815 \n\n", "scripts/word.sh": "echo \"w0rd of $1 in ${PWD##*/}\"\necho aside >&2\n",
        // another item prints them, glued to letters and in pieces
        "scripts/tell.sh": """
        cat /srv/said; printf 'x%sy' "$(cut -d'|' -f1 /srv/said | head -n 1)"
        printf 'l0cked-in'; sleep 0.3; printf '%s\n' '-a-file about ab'; tr '|' '\n' </srv/said >&2
        """,
        // whatever a process of the machine can see of the others while a secret is used
        "scripts/seen.sh":
            "echo \"seen $(cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -c 't0ke[n]-0815') times\"\n",
    ]

    @Test func theyAreReadWhenTheyAreNeededAndNobodySeesThem() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await Self.lock("l0cked-in-a-file\n", in: project)
            try await project.expect("plan", status: 10)
            let up = try await project.expect("up", environment: Self.environment)
            let place = try #require(project.directory.lastComponent?.string)
            #expect(
                try await project.said("cat /srv/said")
                    == "t0ken-0815 \n|w0rd of a b in \(place)|l0cked-in-a-file|ab||")
            let logs = try await project.expect("logs", "one")
            for said in [up.transcript, logs.transcript] {
                for shown in ["has *****", "x*****y", "***** about ab"] { #expect(said.contains(shown), "\(said)") }
                for secret in ["t0ken", "w0rd", "l0cked"] { #expect(!said.contains(secret), "\(said)") }
            }
            let seen = try await project.expect("provision", "--provision-with", "seen")
            #expect(seen.transcript.contains("seen 0 times"), "\(seen.transcript)")
            let kept = ToolInvocation(
                "grep", ["-r", "-l", "-e", "t0ken", "-e", "l0cked-in-a", project.directory.string + "/.devenv"])
            #expect(try await SystemToolRunner().run(kept).text == "", "none of them is written down")
            try await expectFailures(project)
        }
    }

    /// What is said where they can't be read, and that nobody asks for those that are not needed.
    private func expectFailures(_ project: AcceptanceProject) async throws {
        try project.write("exit 5\n", to: "scripts/word.sh")
        #expect(try await project.expect("up").errors.contains("Nothing to do"), "nobody needs it now")
        let failed = try await project.expect("provision", status: 1, environment: Self.environment)
        #expect(failed.errors.contains("'word'") && failed.errors.contains("5"), "\(failed.errors)")
        try HostFiles.remove(project.directory.appending("private"))
        let missing = try await project.expect("provision", status: 1, environment: Self.environment)
        #expect(missing.errors.contains("private/identity"), "\(missing.errors)")
        try project.write(Self.envfile.replacing("locked: {", with: "locked: { file: private/token } #"), to: "Envfile")
        let gone = try await project.expect("provision", status: 1, environment: Self.environment)
        #expect(gone.errors.contains("private/token', which does not exist"), "\(gone.errors)")
    }

    /// Encrypts a text by the real age, for a key of the test's own.
    private static func lock(_ text: String, in project: AcceptanceProject) async throws {
        let folder = project.directory.string
        let made = try await SystemToolRunner().run(
            ToolInvocation("age-keygen", ["-o", "\(folder)/private/identity"]))
        let line = made.text + String(decoding: made.standardError, as: UTF8.self)
        let recipient = try #require(line.split(whereSeparator: \.isWhitespace).last, "\(line)")
        let locked = try await SystemToolRunner().run(
            ToolInvocation("age", ["-r", String(recipient), "-o", "\(folder)/locked.age"], input: Array(text.utf8)))
        try #require(locked.status == 0, "\(locked.complaint)")
    }
}
