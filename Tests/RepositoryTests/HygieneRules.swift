/// What no file of the repository may hold. The words are put together here, so that this file does not hold them either.
enum HygieneRules {
    private static let lineLimit = 400
    private static let everywhere = ["TO" + "DO", "FIX" + "ME"]
    private static let code = [
        "tr" + "y!", "a" + "s!", "fatal" + "Error(", "@un" + "checked Sendable", "@pre" + "concurrency import",
    ]
    private static let inTests = ["Task" + ".sleep(", "u" + "sleep(", "nano" + "sleep("]
    /// Places of somebody's own machine.
    private static let places = ["/Us" + "ers/", "/wo" + "rk/", "/tmp" + "/wt"]
    /// Tests that block a thread on purpose, as blocking is what they are about.
    private static let mayBlock: Set<String> = ["Tests/DevenvHostTests/ThreadExecutorTests.swift"]

    /// Everything that is there and must not be, as `FILE:LINE holds …`.
    static func violations(in tree: RepositoryTree) -> [String] {
        tree.files.sorted { $0.key < $1.key }.flatMap { violations(of: $0.key, $0.value) } + versions(in: tree)
    }

    private static func violations(of path: String, _ text: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let isSwift = path.hasSuffix(".swift")
        var found: [String] = []
        if isSwift, lines.count > lineLimit + 1 { found.append("\(path) has more than \(lineLimit) lines") }
        for (number, line) in lines.enumerated() {
            var words = everywhere.filter { hasWord($0, in: line) } + places.filter { line.contains($0) }
            if isSwift { words += forbidden(in: path).filter { hasWord($0, in: codeOf(line)) } }
            found += words.map { "\(path):\(number + 1) holds \($0)" }
        }
        return found
    }

    private static func forbidden(in path: String) -> [String] {
        let isTest = path.split(separator: "/").contains("Tests") && !path.hasPrefix("Tests/Support/")
        return code + (isTest && !mayBlock.contains(path) ? inTests : [])
    }

    /// The line without its comment.
    private static func codeOf(_ line: Substring) -> Substring {
        guard let comment = line.firstRange(of: "//") else { return line }
        return line[..<comment.lowerBound]
    }

    /// Whether the text stands there by itself, not as the end of a longer word.
    private static func hasWord(_ word: String, in line: Substring) -> Bool {
        line.ranges(of: word).contains { range in
            range.lowerBound == line.startIndex
                || !(line[line.index(before: range.lowerBound)].isLetter)
        }
    }

    /// The program's version is written down once; numbers of others' versions are not written as literals of their own.
    private static func versions(in tree: RepositoryTree) -> [String] {
        let places = tree.swift(under: "Sources/").flatMap { path, text in
            text.matches(of: /"\d+\.\d+\.\d+(-[a-z0-9.]+)?"/).map { "\(path) holds \($0.0)" }
        }
        return places.count > 1 ? places.map { "version written down more than once: \($0)" } : []
    }
}
