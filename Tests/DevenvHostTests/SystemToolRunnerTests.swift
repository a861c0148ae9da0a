import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

struct SystemToolRunnerTests {
    private let runner = SystemToolRunner()

    @Test func outputsAndStatusAreData() async throws {
        let outcome = try await runner.run(shell("echo out; printf 'one\\ntwo\\nthree\\nfour\\n' >&2; exit 3"))
        #expect(outcome.status == 3)
        #expect(outcome.text == "out\n")
        #expect(outcome.complaint == "two; three; four")
    }

    @Test func aSignalIsAStatusAbove128() async throws {
        #expect(try await runner.run(shell("kill -TERM $$")).status == 128 + 15)
    }

    @Test func argumentsInputAndEnvironmentArriveByteForByte() async throws {
        let odd = "a b'c\"$HOME\n`x`"
        var call = ToolInvocation("sh", ["-c", "printf '%s|%s|' \"$1\" \"$ODD\"; cat", "sh", odd])
        call.environment = ["ODD": odd]
        call.input = [0, 255, 10, 13]
        let outcome = try await runner.run(call)
        #expect(outcome.standardOutput == Array("\(odd)|\(odd)|".utf8) + [0, 255, 10, 13])
    }

    @Test func theLocaleIsFixedAndTheDirectoryIsTheOneAskedFor() async throws {
        try await TemporaryDirectory.with { directory in
            var call = shell("printf %s \"$LC_ALL$LANG:\"; pwd -P")
            call.directory = directory.path
            let text = try await runner.run(call).text
            #expect(text == "CC:\(directory.path)\n")
        }
    }

    @Test func aMissingProgramIsNamed() async throws {
        let error = await #expect(throws: ToolError.self) {
            try await runner.run(ToolInvocation("devenv-no-such-tool", []))
        }
        #expect(error?.code == .missing)
        #expect(error?.description.contains("devenv-no-such-tool") == true)
    }

    @Test func tooMuchOutputIsAnError() async throws {
        var call = shell("head -c 100000 /dev/zero")
        call.output = .captured(limit: 50_000)
        await expect(.tooMuchOutput, call)
        call.output = .captured(limit: 100_000)
        #expect(try await runner.run(call).standardOutput.count == 100_000)
    }

    @Test func aProgramThatTakesTooLongIsEndedEvenIfItIgnoresSIGTERM() async throws {
        try await TemporaryDirectory.with { directory in
            let start = ContinuousClock.now
            // bounded, so that nothing stays for ever where the tests themselves are killed
            var call = shell("trap '' TERM; echo $$ > pid; for i in $(seq 1000); do sleep 0.05; done")
            call.directory = directory.path
            call.timeout = .milliseconds(300)
            await expect(.timedOut, call)
            #expect(ContinuousClock.now - start < .seconds(20))
            try await expectEnded(directory)
        }
    }

    @Test func cancellingEndsTheProgram() async throws {
        try await TemporaryDirectory.with { directory in
            var call = shell("echo $$ > pid; exec sleep 600")
            call.directory = directory.path
            let task = Task { [call] in try await runner.run(call) }
            try await eventually("the program runs") { try processID(directory) != nil }
            task.cancel()
            let error = await #expect(throws: ToolError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            try await expectEnded(directory)
        }
    }

    @Test func whatEndsWithItsCallerBehavesAsAnythingElseUntilThen() async throws {
        try await TemporaryDirectory.with { directory in
            var call = ToolInvocation("sh", ["-c", #"printf '%s.' "$@"; cat; exit 7"#, "sh", "a b", "$(id)"])
            call.endsWithCaller = true
            let outcome = try await runner.run(call)
            #expect(outcome.status == 7 && outcome.text == "a b.$(id).")
            call.tool = "no-such-program"
            await expect(.missing, call)
            // SIGTERM does not end it; the end of what ties it to this process does
            call = shell("trap '' TERM; echo $$ > pid; while :; do sleep 1; done")
            call.directory = directory.path
            call.endsWithCaller = true
            let task = Task { [call] in try await runner.run(call) }
            try await eventually("the program runs") { try processID(directory) != nil }
            task.cancel()
            await #expect(throws: ToolError.self) { try await task.value }
            try await expectEnded(directory)
        }
    }

    @Test func outputInAFileDoesNotWaitForChildrenThatHoldIt() async throws {
        try await TemporaryDirectory.with { directory in
            let start = ContinuousClock.now
            var call = shell("echo first; sleep 600 & echo $! > pid")
            call.directory = directory.path
            call.output = .file(directory.path.appending("log"))
            #expect(try await runner.run(call).status == 0)
            #expect(ContinuousClock.now - start < .seconds(20))
            #expect(try directory.read("log") == "first\n")
            if let process = try processID(directory) { kill(process, SIGKILL) }
        }
    }

    @Test func inputThatNobodyReadsIsNoError() async throws {
        var call = shell("exit 5")
        call.input = [UInt8](repeating: 0, count: 1 << 20)
        #expect(try await runner.run(call).status == 5)
    }

    private func shell(_ script: String) -> ToolInvocation { ToolInvocation("sh", ["-c", script]) }

    private func expect(_ code: ToolError.Code, _ call: ToolInvocation) async {
        let error = await #expect(throws: ToolError.self) { try await runner.run(call) }
        #expect(error?.code == code)
    }

    private func processID(_ directory: TemporaryDirectory) throws -> pid_t? {
        try directory.read("pid").flatMap { pid_t($0.dropLast()) }
    }

    private func expectEnded(_ directory: TemporaryDirectory) async throws {
        let process = try #require(try processID(directory))
        try await eventually("the program has ended") { !ProcessTable.isRunning(process) }
    }
}
