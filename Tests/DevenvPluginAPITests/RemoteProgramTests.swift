import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Testing

@Suite struct RemoteProgramTests {
    /// Answers with these chunks instead of running anything.
    private struct Script: Communicator {
        let chunks: [(OutputStream, [UInt8])]
        let end: Result<RemoteExit, CommunicatorError>

        func waitUntilReady(timeout: Duration) async throws(CommunicatorError) {}
        func close() async {}
        func run(_ command: RemoteCommand, output: @escaping OutputHandler) async throws(CommunicatorError)
            -> RemoteExit
        {
            for (stream, bytes) in chunks { output(stream, bytes) }
            return try end.get()
        }
    }

    private func outcome(
        _ program: RemoteProgram, _ text: String, cutInto size: Int, _ end: Result<RemoteExit, CommunicatorError>
    ) async -> (RemoteProgramOutcome, String) {
        let bytes = Array(text.utf8)
        let chunks = stride(from: 0, to: bytes.count, by: size).map { start in
            (OutputStream.standardOutput, Array(bytes[start..<min(start + size, bytes.count)]))
        }
        let seen = Seen()
        let result = await program.run(on: Script(chunks: chunks, end: end), output: seen.handler)
        return (result, seen.text(.standardOutput))
    }

    @Test func theCommandIsOneLineThatEveryLoginShellReadsAlike() {
        for (isPrivileged, readsInput, quotes) in [
            (true, true, 4), (true, false, 2), (false, true, 2), (false, false, 0),
        ] {
            let command = RemoteProgram("devenv_end 0", asRoot: isPrivileged, readsInput: readsInput).command
            #expect(!command.contains { "\\!\n".contains($0) })
            #expect(command.count { $0 == "'" } == quotes)
        }
    }

    @Test(arguments: [1, 2, 7, 1000]) func marksAreFoundHoweverTheyAreCut(size: Int) async {
        let program = RemoteProgram("", asRoot: false)
        let mark = "\u{1}\(program.marker) "
        let text = "noise\n\(mark)begin boot-1\nown\u{1}\u{1}output\(mark)end 3\nafter"
        let (result, seen) = await outcome(program, text, cutInto: size, .success(.status(3)))
        guard case .ended(3, "boot-1") = result else {
            Issue.record("\(result)")
            return
        }
        #expect(seen == "own\u{1}\u{1}output")
    }

    @Test func whatLooksLikeAMarkIsShownWhenItIsNone() async {
        let program = RemoteProgram("", asRoot: false)
        let text = "\u{1}\(program.marker) begin b\nx\u{1}\(program.marker.dropLast())"
        let lost = CommunicatorError(.connectionLost, "lost")
        let (result, seen) = await outcome(program, text, cutInto: 5, .failure(lost))
        #expect(seen == "x\u{1}\(program.marker.dropLast())")
        guard case .unreachable(let error, "b") = result else {
            Issue.record("\(result)")
            return
        }
        #expect(error.code == .connectionLost)
    }

    @Test func aProgramThatNeverBeginsIsExplainedByWhatWasPrinted() async {
        let (result, seen) = await outcome(
            RemoteProgram("", asRoot: true), "one\ntwo\r\nsudo: no\n", cutInto: 4, .success(.status(1)))
        #expect(seen == "")
        guard case .notStarted(.status(1), "one; two; sudo: no") = result else {
            Issue.record("\(result)")
            return
        }
    }

    @Test(arguments: [true, false]) func aProgramThatWasCutOffOnItsWayRunsNotAtAll(readsInput: Bool) async throws {
        let program = RemoteProgram("echo ran\ndevenv_end 0", asRoot: false, readsInput: readsInput)
        for count in [1, 40, program.bytes.count - 20, program.bytes.count - 2] {
            let seen = Seen()
            _ = try await ProcessCommunicator().run(
                RemoteCommand(program.command, input: .bytes(Array(program.bytes.prefix(count)))), output: seen.handler)
            #expect(seen.text(.standardOutput) == "")
        }
    }

    @Test func aBootIsTheSameUntilTheMachineRestarts() async {
        let one = await RemoteProgram.probe().run(on: ProcessCommunicator(), output: { _, _ in })
        let two = await RemoteProgram.probe().run(on: ProcessCommunicator(), output: { _, _ in })
        guard case .ended(0, let first) = one, case .ended(0, let second) = two else {
            Issue.record("\(one) \(two)")
            return
        }
        #expect(first == second)
        #expect(first.split(separator: "/").count == 2)
    }

    @Test func aProgramMayGiveUpWithAReason() async {
        let result = await RemoteProgram("devenv_fail 'no room'", asRoot: false)
            .run(on: ProcessCommunicator(), output: { _, _ in })
        guard case .refused("no room") = result else {
            Issue.record("\(result)")
            return
        }
    }
}
