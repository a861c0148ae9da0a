import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvSync

struct ExcludeRulesTests {
    @Test(arguments: [
        ("name", "name"), ("name", "a/name"), ("/name", "name"), ("a/b", "a/b"), ("a/b", "x/a/b"), ("/a/b", "a/b"),
        ("*.o", "x.o"), ("*.o", "a/b/x.o"), ("/*.o", "x.o"), ("a/*/c", "a/b/c"), ("a/*/c", "x/a/b/c"),
        ("a/**/c", "a/b/d/c"), ("**/c", "c"), ("**/c", "a/b/c"), ("a/**", "a/b/c"), ("a**c", "x/abc"),
        ("a**c", "a/b/c"), ("?", "x"), ("[a-c]x", "bx"), ("[!a-c]x", "dx"), ("[^a-c]x", "a/dx"), ("[[:digit:]]", "7"),
        ("\\*", "*"), ("a\\*b*", "a*bc"), ("- x", "x"), ("x***", "xy"), ("*", "a"), ("**", "a/b"), ("[]]x*", "]x"),
        ("/src/*", "src/x"), ("*/x", "a/x"), (" ", " "), ("ü*", "üa"), ("[a-]*", "-"),
    ]) func aFileIsLeftOut(pattern: String, path: String) {
        #expect(ExcludeRules([pattern]).leaveOut(RelativePath(path), isDirectory: false))
    }

    @Test(arguments: [
        ("name/", "name"), ("/name", "a/name"), ("name", "names"), ("name", "aname"), ("/src/app", "src/app2"),
        ("src/app", "src/app2"), ("src/app", "mysrc/app"), ("*.o", "x.oo"), ("/*.o", "a/x.o"), ("a/*/c", "a/b/d/c"),
        ("a?c", "a/c"), ("[a-c]x", "dx"), ("**/c", "ac"), ("a/*", "a/b/c"), ("x", "X"), ("[", "["), ("", "a"),
        ("a/b", "a"), ("[a-c", "b"), ("*/x", "x"), ("a\\", "a"), ("[[:what:]]", "a"), ("+ x", "x"),
    ]) func aFileIsNotLeftOut(pattern: String, path: String) {
        #expect(!ExcludeRules([pattern]).leaveOut(RelativePath(path), isDirectory: false))
    }

    @Test func theFirstThatMatchesDecidesAndAllBelowGoesWithADirectory() {
        let rules = ExcludeRules(["+ keep.log", "*.log", "build/", "/out/***"])
        #expect(!rules.leaveOutWithin(RelativePath("keep.log"), isDirectory: false))
        #expect(rules.leaveOutWithin(RelativePath("a/other.log"), isDirectory: false))
        #expect(rules.leaveOutWithin(RelativePath("a/build/keep.log"), isDirectory: false))
        #expect(!rules.leaveOutWithin(RelativePath("a/build"), isDirectory: false))
        #expect(rules.leaveOutWithin(RelativePath("out"), isDirectory: true))
        #expect(rules.leaveOutWithin(RelativePath(".devenv/state"), isDirectory: false))
        #expect(!ExcludeRules(["*.a", "!", "*.b"]).leaveOut(RelativePath("x.a"), isDirectory: false))
        #expect(ExcludeRules(["!"]).leaveOut(RelativePath("a/.devenv"), isDirectory: true))
    }

    /// What rsync itself would send of trees with all kinds of names, by patterns of all kinds.
    @Test(.requires(tool: "rsync")) func theRulesAreThoseOfRsync() async throws {
        try await TemporaryDirectory.with { directory in
            var random = SeededGenerator(seed: 7)
            let names = ["a", "b", "ab", "src", "app", "app2", "x.o", "x.log", "[z]", "a*b", "-d", "é"]
            for _ in 0..<160 {
                let depth = Int.random(in: 1...4, using: &random)
                let parts = (0..<depth).map { _ in names.randomElement(using: &random) ?? "a" }
                // a name may be taken by a file already
                _ = try? directory.write("", to: "tree/" + parts.joined(separator: "/"))
            }
            let pieces = [
                "a", "b", "*", "**", "?", "[ab]", "[!a]", "/", "/", "src", "app", "x.o", "\\*", "***", ".", "é",
            ]
            for round in 0..<40 {
                let patterns = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    let count = Int.random(in: 1...4, using: &random)
                    return (Bool.random(using: &random) ? "" : "/")
                        + (0..<count).map { _ in pieces.randomElement(using: &random) ?? "a" }.joined()
                        + (Int.random(in: 0..<4, using: &random) == 0 ? "/" : "")
                }
                let theirs = try await sentByRsync(directory.path.appending("tree"), patterns)
                let ours = try kept(in: directory.path.appending("tree"), ExcludeRules(patterns), .root)
                #expect(Set(ours) == theirs, "round \(round): \(patterns)")
            }
        }
    }

    private func sentByRsync(_ tree: FilePath, _ patterns: [String]) async throws -> Set<String> {
        let arguments =
            ["-rn", "--out-format=%n", "-8", "--exclude=.devenv/"] + patterns.map { "--exclude=\($0)" }
            + ["\(tree)/", "\(tree)-target/"]
        let outcome = try await SystemToolRunner().run(ToolInvocation("rsync", arguments))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        let lines = outcome.text.split(separator: "\n").map { $0.hasSuffix("/") ? String($0.dropLast()) : String($0) }
        return Set(lines.filter { $0 != "." && !$0.hasPrefix("created directory") })
    }

    private func kept(in tree: FilePath, _ rules: ExcludeRules, _ directory: RelativePath) throws -> [String] {
        let path = Array("\(tree)/\(directory)".utf8) + [0]
        return try DirectoryEntries.list(path).flatMap { name, isDirectory in
            let entry = directory.appending(name)
            guard !rules.leaveOut(entry, isDirectory: isDirectory) else { return [String]() }
            return ["\(entry)"] + (isDirectory ? try kept(in: tree, rules, entry) : [])
        }
    }
}
