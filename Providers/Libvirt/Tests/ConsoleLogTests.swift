import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

@testable import LibvirtProvider

/// What is shown of a console.
@Suite struct ConsoleLogTests {
    @Test func theLastLinesAreShownWithoutControlSequences() async throws {
        try await TemporaryDirectory.with { directory in
            let path = ConsoleLog.path(in: directory.path)
            let text = "one\r\n\u{1B}[0;32m  OK  \u{1B}[0m two\r\n\r\n\u{1B}[2J\u{1B}[1;1Hthree\u{7}"
            try AtomicFile.write(Array(text.utf8), to: path)
            #expect(
                ConsoleLog(path: path).lastLines(2)
                    == ["the last lines of its console:", "    OK   two", "  three"])
        }
    }

    @Test func aMachineThatWroteNothingSaysSo() async throws {
        try await TemporaryDirectory.with { directory in
            #expect(
                ConsoleLog(path: directory.path.appending("none")).lastLines(3) == ["its console has shown nothing"])
        }
    }
}
