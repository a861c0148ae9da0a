import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// A terminal of a test's own, which a tmux plays that nobody else uses: what is typed, and what is seen then. What runs in it ends
/// with the test.
struct TerminalWindow: Sendable {
    private let socket: FilePath

    /// Runs a test with a command at a terminal of this size; of the environment it has only this.
    static func with(
        _ command: [String], environment: [String: String], in directory: FilePath, columns: Int = 100, rows: Int = 40,
        _ body: @Sendable (TerminalWindow) async throws -> Void
    ) async throws {
        // tmux leaves its socket where it was
        try await TemporaryDirectory.with { place in
            let window = TerminalWindow(socket: place.path.appending("tmux"))
            let variables = environment.map { "\($0.key)=\($0.value)" }.sorted()
            let result: Result<Void, any Error>
            do {
                try await window.tmux(
                    ["-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"]
                        + ["-c", directory.string, "env", "-i", "TERM=screen", "LANG=C.UTF-8", window.mark]
                        + variables + command)
                result = .success(try await body(window))
            } catch { result = .failure(error) }
            // where nothing was opened there is nothing to end
            _ = try? await window.tmux(["kill-server"])
            try await eventually("the command ends") {
                ProcessTable.processes(withEnvironment: window.mark).isEmpty
            }
            try result.get()
        }
    }

    /// What the processes in it have in their environment.
    private var mark: String { "DEVENV_TEST_MARK=\(socket)" }

    /// Gives the window another size.
    func resize(columns: Int, rows: Int) async throws {
        try await tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// Types a line and ends it.
    func enter(_ line: String) async throws { try await tmux(["send-keys", line, "Enter"]) }

    /// Presses a key, by tmux's name for it.
    func press(_ key: String) async throws { try await tmux(["send-keys", key]) }

    /// Types something, then presses the key that completes it.
    func complete(_ line: String) async throws {
        try await tmux(["send-keys", "-l", line])
        try await press("Tab")
    }

    /// Takes back what was typed, and shows an empty screen.
    func clear() async throws { try await tmux(["send-keys", "C-u", "C-l"]) }

    /// What is seen.
    func screen() async throws -> String { try await tmux(["capture-pane", "-p"]) }

    /// The lines with something on them, those that have left the window too.
    func lines() async throws -> [String] {
        try await tmux(["capture-pane", "-p", "-S", "-"]).split(separator: "\n").map(String.init)
            .filter { !$0.allSatisfy { $0 == " " } }
    }

    /// What is seen, in words.
    func words() async throws -> Set<String> {
        Set(try await screen().split(whereSeparator: \.isWhitespace).map(String.init))
    }

    /// One of the terminal's own properties.
    func property(_ name: String) async throws -> String {
        try await tmux(["display-message", "-p", "#{\(name)}"]).split(separator: "\n").first.map(String.init) ?? ""
    }

    @discardableResult
    private func tmux(_ arguments: [String]) async throws -> String {
        let outcome = try await SystemToolRunner().run(
            ToolInvocation("tmux", ["-u", "-S", socket.string] + arguments, timeout: .seconds(30)))
        try #require(outcome.status == 0, "tmux \(arguments): \(outcome.complaint)")
        return outcome.text
    }
}

extension TerminalWindow {
    /// Runs a test while a command of a project runs at a terminal; after its last line its exit status is shown, and stays to be
    /// looked at.
    static func with(
        _ words: [String], in project: AcceptanceProject, columns: Int, rows: Int,
        _ body: @Sendable (TerminalWindow) async throws -> Void
    ) async throws {
        // the window stays when the command was interrupted
        let script = "trap : INT; \"$@\"; echo \"ended with $?\"; exec cat"
        var environment = ["DEVENV_HOME": project.binary.home.string, "DEVENV_SHARED_BOXES": ""]
        for name in ["HOME", "PATH"] { environment[name] = getenv(name).map { String(cString: $0) } }
        try await with(
            ["sh", "-c", script, "sh", BuiltProgram.devenv.string] + words, environment: environment,
            in: project.directory, columns: columns, rows: rows, body)
    }
}
