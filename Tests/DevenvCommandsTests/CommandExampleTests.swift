import ArgumentParser
import DevenvCommands
import Testing

/// The examples of the manual pages.
@Suite struct CommandExampleTests {
    @Test func theParserTakesThem() throws {
        try #require(Devenv.examples.count > 10)
        for example in Devenv.examples {
            let arguments = CommandWords.markWords(example.arguments)
            #expect(throws: Never.self, "\(example.arguments)") { try Devenv.parseAsRoot(arguments) }
        }
    }

    @Test func aPurposeIsASentenceThatLeadsToTheCommand() {
        for example in Devenv.examples { #expect(example.purpose.hasSuffix(":"), "\(example.purpose)") }
    }
}
