import DevenvHost
import SystemPackage
import Testing

/// What `Tests/leftovers` lists of this host, or of a smaller one: what is there before a project, and what there is more
/// afterwards.
struct HostListing: Sendable {
    /// The script; Tests/leftovers of this repository.
    static let script = FilePath(#filePath).removingLastComponent().removingLastComponent().appending("leftovers")

    /// Where the listing of before is kept.
    let file: FilePath
    /// What follows the script's name: options, then the directories that count.
    let arguments: [String]
    /// Runs a program with its arguments and gives what it wrote to its standard output. Throws unless its status is 0.
    let run: @Sendable ([String]) async throws -> String

    /// Lists what there is, and keeps it. Twice, the later counts.
    func take() async throws {
        _ = try await run(
            ["sh", "-c", "\(Self.command(#""$@" >"$file""#))", "sh", file.string, Self.script.string] + arguments)
    }

    /// What there is more than when it was taken, a line for each, `KIND: NAME`.
    func more() async throws -> [String] {
        let since = Self.command(#""$@"; test $? -le 1"#)
        let words = ["sh", "-c", since, "sh", file.string, Self.script.string, "--since", file.string] + arguments
        return try await run(words).split(separator: "\n").map(String.init)
    }

    private static func command(_ text: String) -> String { "file=$1; shift; \(text)" }
}
