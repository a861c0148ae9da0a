import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// What shells offer when a key is pressed, by the scripts that `devenv completion` prints.
struct CompletionTests {
    private static let envfile = """
        version: 1
        name: shop
        defaults: { box: test, groups: [all] }
        machines:
          db: { provision: [{ name: postgres, shell: "true" }] }
          web: { count: 2, groups: [front] }
        """

    /// Runs a test with a project, a machine that is recorded with a snapshot, a box, and the program in the path: what a shell at a
    /// terminal has when it has read its script.
    private func withShell(
        _ shell: String, _ command: [String], prologue: String = "",
        _ body: @Sendable (TerminalWindow) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write(Self.envfile, to: "Envfile")
            try directory.write("", to: ".devenv/machines/gone/snapshots/clean.json")
            try directory.write("", to: "tree/etc/hostname")
            let binary = DevenvBinary(home: directory.path.appending("home"))
            let added = try await binary.run(["box", "add", "tree", "--name", "team/tiny"], in: directory.path)
            #expect(added.status == 0, "\(added.transcript)")
            let completion = try await binary.run(["completion", shell], in: directory.path)
            #expect(completion.status == 0, "\(completion.transcript)")
            try directory.write(completion.text, to: "script")
            let program = "#!/bin/sh\nexec \(BuiltProgram.devenv) \"$@\"\n"
            try directory.write(Array(program.utf8), to: "bin/devenv", mode: [.ownerReadWriteExecute])
            let environment = [
                "PATH": "\(directory.path)/bin:/usr/bin:/bin", "DEVENV_SHARED_BOXES": "",
                "DEVENV_HOME": directory.path.appending("home").string, "HOME": directory.path.string,
                "HISTFILE": "/dev/null",
            ]
            try await TerminalWindow.with(command, environment: environment, in: directory.path) { terminal in
                try await terminal.enter("\(prologue)source ./script; echo rea''dy")
                try await eventually("\(shell) has read its script") { try await terminal.words().contains("ready") }
                try await body(terminal)
            }
        }
    }

    /// What is typed before the key is pressed, what must be offered then, and what must not.
    private static let offers: [(typed: String, offered: Set<String>, not: Set<String>)] = [
        ("devenv ssh w", ["web", "web-1", "web-2"], ["db", "gone"]),
        ("devenv halt ", ["db", "web", "web-1", "gone", "@all", "@front"], ["clean"]),
        ("devenv snapshot restore ", ["clean"], ["db"]),
        ("devenv up --provision-with ", ["postgres", "shell"], ["db"]),
        ("devenv up --provider ", ["container", "libvirt", "virtualbox"], ["db"]),
        ("devenv box remove te", ["team/tiny"], ["db"]),
        ("devenv glo", ["global-status"], ["status"]),
    ]

    private static let shells: [(name: String, command: [String], prologue: String)] = [
        ("bash", ["bash", "--norc", "--noprofile"], "bind 'set show-all-if-ambiguous on'; "),
        ("zsh", ["zsh", "-f"], "autoload -Uz compinit; compinit -u -D; unsetopt listambiguous; "),
        ("fish", ["fish", "--no-config", "--private"], ""),
    ]

    @Test(.requires(tool: "tmux", "bash", "zsh", "fish"), arguments: shells)
    func aShellOffersTheProjectsOwnNames(_ shell: (name: String, command: [String], prologue: String))
        async throws
    {
        try await withShell(shell.name, shell.command, prologue: shell.prologue) { terminal in
            for offer in Self.offers {
                try await terminal.clear()
                try await eventually("the screen is empty") { try await !terminal.screen().contains("devenv") }
                try await terminal.complete(offer.typed)
                let comes = try await comesTrue(within: .seconds(20)) {
                    try await terminal.words().isSuperset(of: offer.offered)
                }
                let screen = try await terminal.screen()
                #expect(comes, "\(shell.name) after '\(offer.typed)': \(screen)")
                #expect(try await terminal.words().isDisjoint(with: offer.not), "\(shell.name): \(screen)")
            }
        }
    }

    @Test func nothingIsOfferedWhereThereIsNothing() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("{ no: [yaml", to: "Envfile")
            let binary = DevenvBinary(home: directory.path.appending("home"))
            let outcome = try await binary.run(
                ["---completion", "ssh", "--", "positional@0", "1", "0", "devenv", "ssh", ""], in: directory.path)
            #expect(outcome.status == 0 && outcome.standardError.isEmpty, "\(outcome.transcript)")
        }
    }
}
