import DevenvHost
import DevenvTestSupport
import Testing

/// What must hold for everything that a command prints on standard output with `--json`.
struct JSONCheck {
    /// A command line, its words parted by blanks, and the status that it ends with.
    typealias Call = (line: String, status: Int)

    let documented: DocumentedJSON
    let commands: [[String]]

    /// Asks the program for its commands, and the documentation what they print.
    init() async throws {
        documented = try DocumentedJSON()
        commands = try await CommandTree.commands().filter { command in
            command.arguments.contains { $0.spellings.contains("--json") }
        }.map(\.words)
        try #require(commands.count > 40)
    }

    /// The command that a line calls.
    func command(of line: String) throws -> String {
        let words = line.split(separator: " ").map(String.init)
        let found = commands.filter { words.starts(with: $0) }.max { $0.count < $1.count }
        return try #require(found, "no command of '\(line)' has --json").joined(separator: " ")
    }

    /// Runs lines and looks at all that they print. Those that `fail` must say why.
    func expect(
        _ calls: [Call], fail: Bool = false, _ run: ([String]) async throws -> ToolOutcome
    ) async throws {
        for call in calls {
            let outcome = try await run(["--json"] + call.line.split(separator: " ").map(String.init))
            #expect(outcome.status == call.status, "\(call.line): \(outcome.transcript)")
            let last = try answer(to: call.line, outcome)
            let error = last["error"]
            let codes = ["failed", "invalid-envfile", "locked", "usage", "interrupted"]
            #expect((error != nil) == fail, "\(call.line): \(outcome.transcript)")
            guard let error else { continue }
            #expect(codes.contains(error["code"]?.text ?? ""), "\(call.line): \(outcome.text)")
            #expect(error["message"]?.text?.isEmpty == false, "\(call.line): \(outcome.text)")
        }
    }

    /// The document, or the last line.
    private func answer(to line: String, _ outcome: ToolOutcome) throws -> JSONTree {
        let command = try command(of: line)
        guard documented.actions.contains(command) else { return try document(command, outcome) }
        let text = outcome.text
        #expect(text.hasSuffix("\n"), "\(line): \(text)")
        let lines = try text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
            .map { try JSONTree(parsing: $0) }
        for line in lines {
            let row = documented.events[line["event"]?.text ?? ""]
            check(line, try #require(row, "\(command): \(text)"), besides: ["schema", "event"], command)
        }
        let last = try #require(lines.last, "\(line) says nothing")
        #expect(lines.count { $0["event"]?.text == "result" } == 1, "\(line): \(text)")
        #expect(last["event"]?.text == "result" && last["exitCode"]?.number == outcome.status, "\(line): \(text)")
        #expect((last["status"]?.text == "done") == (outcome.status == 0), "\(line): \(text)")
        return last
    }

    private func document(_ command: String, _ outcome: ToolOutcome) throws -> JSONTree {
        let tree = try JSONTree(parsing: outcome.text)
        let row = try #require(documented.queries[command], "the documentation has no '\(command)'")
        check(tree, row, besides: ["schema", "error"], command)
        return tree
    }

    private func check(_ tree: JSONTree, _ row: String, besides common: Set<String>, _ command: String) {
        #expect(tree["schema"]?.number == 1, "\(command): \(tree)")
        for key in tree.keys.subtracting(common) {
            #expect(row.contains("`\(key)`"), "'\(key)' of '\(command)' is not documented there")
        }
        let unknown = tree.innerKeys.filter { !documented.words.contains($0[...]) }
        #expect(unknown.isEmpty, "\(unknown) of '\(command)' are not documented")
    }
}
