import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Scripts in machines that are not as one would wish.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "fish", "dpkg"))
struct ScriptSurroundingsTests {
    private static let envfile = """
        version: 1
        machines:
          one:
            box: $BOX
            container: { capabilities: [SYS_ADMIN] }
            provision:
              - { name: hello, run: never, shell: { path: hello.sh, args: ["it's $HOME", ""] } }
              - { name: own, run: never, shell: { inline: "echo as $(id -un)", privileged: false } }
        """
    private static let files = ["hello.sh": "#!/bin/bash\necho \"$# '$1' as $(id -un) in ${0%/devenv.*}\"\n"]

    @Test func mountsLoginShellsBannersAndSudoAreNoSurprise() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("up")
            try await expect("2 'it's $HOME' as root in /tmp", in: project)
            try await project.expect("ssh", "-c", "sudo mount -t tmpfs -o noexec,mode=1777 none /tmp")
            let elsewhere = "2 'it's $HOME' as root in /var/tmp"
            try await expect(elsewhere, in: project)
            #expect(try await project.said("ls -A /tmp") == "")

            try await GuestPackages.install(["fish", "fish-common"], in: project)
            for shell in ["/bin/sh", "/usr/bin/fish", "/bin/bash"] {
                try await project.expect("ssh", "-c", "sudo usermod --shell \(shell) dev")
                try await expect(elsewhere, in: project)
                try await project.expect("ssh", "-c", Self.banner(of: shell))
                #expect(try await project.said("true").contains("BANNER") == (shell != "/bin/sh"), "\(shell)")
                try await expect(elsewhere, in: project)
            }
            try await expectSudoIsClear(project)
        }
    }

    /// Makes the shell's start file say something, on both outputs and first of all; dash reads none here.
    private static func banner(of shell: String) -> String {
        let text = "echo BANNER; echo BANNER >&2"
        return switch shell {
        case "/usr/bin/fish": "mkdir -p ~/.config/fish; echo '\(text)' > ~/.config/fish/config.fish"
        case "/bin/bash": "sed -i '1i \(text)' ~/.bashrc"
        default: "true"
        }
    }

    private func expect(
        _ text: String, in project: AcceptanceProject, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await project.expect("provision", "--provision-with", "hello", sourceLocation: sourceLocation)
        #expect(
            try ScriptArrivalTests.log(of: "hello", in: project) == text + "\n", sourceLocation: sourceLocation)
    }

    /// Requires that a sudo that wants a terminal or a password is an error at once, that says what to do. Root changes its rules
    /// from a process that was started while it still could.
    private func expectSudoIsClear(_ project: AcceptanceProject) async throws {
        let rules = """
            rm -f /var/tmp/*; echo 'Defaults requiretty' > /etc/sudoers.d/tty; touch /var/tmp/first
            while [ ! -e /var/tmp/next ]; do sleep 0.1; done
            rm /etc/sudoers.d/*; touch /var/tmp/second
            """
        try await project.expect("ssh", "-c", "sudo setsid sh -c \"\(rules)\" </dev/null >/dev/null 2>&1 &")
        for (mark, next) in [("first", "next"), ("second", "end")] {
            try await eventually("the rules are changed") {
                try await project.devenv("ssh", "-c", "test -e /var/tmp/\(mark)").status == 0
            }
            let start = ContinuousClock.now
            let refused = try await project.expect("provision", "--provision-with", "hello", status: 1)
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(refused.errors.contains("running 'hello' as root: "), "\(refused.errors)")
            #expect(refused.errors.contains("sudo: ") && refused.errors.contains("NOPASSWD"), "\(refused.errors)")
            try await project.expect("provision", "--provision-with", "own")
            #expect(try ScriptArrivalTests.log(of: "own", in: project) == "as dev\n")
            try await project.expect("ssh", "-c", "touch /var/tmp/\(next)")
        }
    }
}
