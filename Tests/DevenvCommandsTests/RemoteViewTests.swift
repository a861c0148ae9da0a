import DevenvModel
import DevenvPluginAPI
import Testing

@testable import DevenvCommands

struct RemoteViewTests {
    private let names = ["a", "b", "c"].map { MachineName(unchecked: $0) }

    /// Whoever comes later in the order waits, however early it is done.
    @Test func outputIsGroupedInTheMachinesOrder() {
        let recorder = ConsoleRecorder()
        let view = GroupedRemoteView(HeadedRemoteView(recorder.console()), names)
        view.show(names[2], .standardOutput, Array("c1\nc2".utf8))
        view.ended(names[2])
        view.show(names[0], .standardOutput, Array("a1\n".utf8))
        #expect(recorder.output == "==> a <==\na1\n")
        view.show(names[1], .standardError, Array("b1\n".utf8))
        view.show(names[1], .standardOutput, Array("b2\n".utf8))
        view.show(names[0], .standardOutput, Array("a2".utf8))
        view.ended(names[0])
        #expect(recorder.output == "==> a <==\na1\na2\n\n==> b <==\nb2\n")
        #expect(recorder.error == "b1\n")
        view.ended(names[1])
        #expect(recorder.output.hasSuffix("==> c <==\nc1\nc2\n"))
        view.end([], .done, isQuiet: true)
        #expect(recorder.output.hasSuffix("==> c <==\nc1\nc2\n"))
    }

    /// More than is kept in memory, in pieces of both streams.
    @Test func whatWaitsComesBackInOrder() {
        var spool = OutputSpool()
        var expected: [String] = []
        for number in 0..<400 {
            let piece = String(repeating: "\(number) ", count: 2_000)
            let stream: OutputStream = number % 3 == 0 ? .standardError : .standardOutput
            spool.append(stream, Array(piece.utf8))
            expected.append("\(stream) \(piece)")
        }
        for _ in 0..<2 {
            var seen: [String] = []
            spool.drain { seen.append("\($0) \(String(decoding: $1, as: UTF8.self))") }
            #expect(seen == expected)
            expected = []
        }
    }

    @Test func machinesOfOneStatusAreNamedTogether() {
        let recorder = ConsoleRecorder()
        let results: [Result<RemoteExit, CommunicatorError>] = [
            .success(.status(3)), .success(.status(0)), .success(.status(3)),
        ]
        let outcomes = zip(names, results).map { RemoteRun.Outcome(name: $0, result: $1) }
        RemoteSummary.say(outcomes, recorder.console(), isQuiet: false)
        #expect(recorder.error == "error: a, c: exit status 3\nFailed on 2 of 3 machines.\n")
        #expect(RemoteRun.status(of: outcomes) == .partlyFailed)
        #expect(RemoteRun.status(of: Array(outcomes.prefix(1))) == .remote(3))
        #expect(RemoteRun.status(of: [outcomes[0], outcomes[2]]) == .failed)
    }

    @Test(arguments: [("web:/srv", "web", "/srv"), (":x:y", "", "x:y"), ("shop/web-1:", "shop/web-1", "")])
    func aPathOfAMachineIsRead(text: String, machine: String, path: String) {
        let read = MachinePath(text)
        #expect(read?.path == path)
        #expect((read?.target?.text ?? "") == machine)
    }

    @Test(arguments: ["web", "", "/:x", "@:x"]) func whatIsNoneIsRefused(text: String) {
        #expect(MachinePath(text) == nil)
    }
}
