import DevenvHost
import SystemPackage
import Testing

struct ShellWordTests {
    @Test(arguments: [
        ("plain", "plain"), ("a/b-c_d.e:f=g,h@i+j%k", "a/b-c_d.e:f=g,h@i+j%k"), ("", "''"),
        ("two words", "'two words'"),
        ("it's", "'it'\\''s'"), ("'", "''\\'''"), ("$HOME", "'$HOME'"), ("~", "'~'"),
    ])
    func quoting(_ text: String, _ word: String) {
        #expect(ShellWord.quote(text) == word)
    }

    @Test(arguments: [
        "", " ", "'", "''", "a'b\"c", "$HOME `id` $(id)", "line\nline", "\\", "!", "*", "~root", "日本語", "-n", "#x",
        "a;b&c|d",
        "\t\u{1}",
    ])
    func aShellReadsTheWordAsTheText(_ text: String) async throws {
        let script = "printf %s \(ShellWord.quote(text))"
        let outcome = try await SystemToolRunner().run(ToolInvocation("sh", ["-c", script]))
        #expect(outcome.text == text)
    }
}
