import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

struct FileLockTests {
    @Test func aSecondAttemptLearnsWhoHoldsTheLock() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory.path.appending("lock")
            let first = try FileLock.attempt(path, command: "devenv up web")
            let isTaken = taken(first)
            #expect(isTaken)
            let now = time(nil)
            switch try FileLock.attempt(path, command: "devenv destroy") {
            case .taken: Issue.record("two hold one lock")
            case .held(let holder):
                #expect(holder?.processID == Int(getpid()))
                #expect(holder?.command == "devenv up web")
                #expect(abs((holder?.since ?? 0) - now) <= 5)
            }
            release(first)
        }
    }

    @Test func aReleasedLockCanBeTakenAgain() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory.path.appending("lock")
            for _ in 0..<3 {
                let attempt = try FileLock.attempt(path, command: "x")
                let isTaken = taken(attempt)
                #expect(isTaken)
            }
        }
    }

    @Test func aReleasedLockIsFreeWhoeverHasACopyOfItsFile() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory.path.appending("lock")
            let first = try FileLock.attempt(path, command: "x")
            // as in a child of this process between fork(2) and execve(2)
            let own = try HostFiles.list("/proc/self/fd")
            let file = try #require(own.first { HostFiles.areSame(FilePath("/proc/self/fd/\($0)"), path) })
            let copy = try FileDescriptor(rawValue: try #require(Int32(file))).duplicate()
            defer { try? copy.close() }  // nothing was written to it
            release(first)
            let isTaken = taken(try FileLock.attempt(path, command: "y"))
            #expect(isTaken)
        }
    }

    @Test func whoeverAwaitsALockGetsItOnceItIsReleased() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory.path.appending("lock")
            let first = try FileLock.attempt(path, command: "first")
            let early = try await FileLock.awaiting(path, command: "early", timeout: .milliseconds(20)) != nil
            #expect(!early)
            let waiting = Task { try await FileLock.awaiting(path, command: "second") != nil }
            release(first)
            #expect(try await waiting.value)
        }
    }

    @Test func whoeverIsInterruptedDoesNotGetTheLock() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory.path.appending("lock")
            let first = try FileLock.attempt(path, command: "first")
            let waiting = Task { try await FileLock.awaiting(path, command: "second") != nil }
            waiting.cancel()
            #expect(try await !waiting.value)
            release(first)
        }
    }

    @Test(.requires(tool: "flock"))
    func theLockOfAProcessThatWasKilledIsFree() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory.path.appending("lock")
            // -F: flock becomes the program and its lock the program's own
            let call = ToolInvocation(
                "flock", ["-F", path.string, "sh", "-c", "echo $$ > pid; exec sleep 600"], directory: directory.path)
            let other = Task { try await SystemToolRunner().run(call) }
            try await eventually("the other holds it") { try directory.read("pid")?.hasSuffix("\n") == true }
            let meanwhile = taken(try FileLock.attempt(path, command: "x"))
            #expect(!meanwhile)
            let process = try #require(try directory.read("pid").flatMap { pid_t($0.dropLast()) })
            kill(process, SIGKILL)
            #expect(try await other.value.status == 128 + 9)
            let afterwards = taken(try FileLock.attempt(path, command: "x"))
            #expect(afterwards)
        }
    }

    @Test(arguments: ["", "garbage", "1\n", "x\ny\nz\n"]) func aNoteThatIsNotOneNamesNobody(_ note: String) async throws
    {
        try await TemporaryDirectory.with { directory in
            try directory.write(note, to: "lock.owner")
            #expect(try FileLock.holder(of: directory.path.appending("lock")) == nil)
        }
    }

    private func taken(_ attempt: borrowing FileLock.Attempt) -> Bool {
        switch attempt {
        case .taken: true
        case .held: false
        }
    }

    private func release(_ attempt: consuming FileLock.Attempt) {}
}
