import DevenvCrypto
import DevenvHost
import DevenvPluginAPI
import DevenvSSH
import DevenvTestSupport
import Glibc
import Synchronization
import SystemPackage
import Testing

/// Commands on a real sshd.
@Suite(.requires(tool: "sshd", "ssh-keygen"))
struct CommandTests {
    @Test func outputAndStatusArrive() async throws {
        try await SSHServer.with { server in
            let transcript = Transcript()
            let communicator = SSHCommunicator(server.endpoint)
            let exit = try await communicator.run(
                RemoteCommand("echo out; echo err >&2; exit 7"), output: transcript.handler)
            #expect(exit == .status(7))
            #expect(transcript.text() == "out\n")
            #expect(transcript.text(.standardError) == "err\n")
        }
    }

    @Test func aSignalIsNamed() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            for name in ["TERM", "KILL"] {
                let exit = try await communicator.execute("kill -\(name) $$").exit
                #expect(exit == .signal(name))
            }
        }
    }

    @Test(arguments: ["", "no newline", "\u{0}\u{1}\u{7f}", "日本語\n", "\\ \" ' $HOME `x`"])
    func inputComesBackAsItWas(_ text: String) async throws {
        try await SSHServer.with { server in
            let result = try await SSHCommunicator(server.endpoint).execute("cat", input: .bytes(Array(text.utf8)))
            #expect(result.exit == .status(0))
            #expect(result.output == text)
        }
    }

    @Test func bytesThatAreNotUTF8ComeThrough() async throws {
        try await SSHServer.with { server in
            let bytes = (0...255).map { UInt8($0) } + [0xff, 0xfe, 0xc0, 0x80]
            let transcript = Transcript()
            let command = RemoteCommand("cat", input: .bytes(bytes))
            _ = try await SSHCommunicator(server.endpoint).run(command, output: transcript.handler)
            #expect(transcript.bytes() == bytes)
        }
    }

    @Test func muchOutputWithoutANewlineArrivesWhole() async throws {
        try await SSHServer.with { server in
            let transcript = Transcript()
            let communicator = SSHCommunicator(server.endpoint)
            let exit = try await communicator.run(
                RemoteCommand("head -c 10000000 /dev/zero | tr '\\0' x; head -c 3000000 /dev/zero >&2"),
                output: transcript.handler)
            #expect(exit == .status(0))
            #expect(transcript.bytes().count == 10_000_000)
            #expect(transcript.bytes().allSatisfy { $0 == UInt8(ascii: "x") })
            #expect(transcript.bytes(.standardError).count == 3_000_000)
        }
    }

    @Test func hugeInputArrivesUnchangedAndIsAskedForOnlyAsFastAsItIsSent() async throws {
        try await SSHServer.with { server in
            let size = 100 << 20
            let block = SecureRandom.bytes(1 << 20)
            let made = Mutex(0)
            let input = RemoteInput.chunks {
                made.withLock { made in
                    guard made < size else { return nil }
                    made += block.count
                    return block
                }
            }
            let result = try await SSHCommunicator(server.endpoint).execute("sha256sum", input: input)
            #expect(result.output == digest(of: block, times: size / block.count) + "  -\n")
        }
    }

    private func digest(of block: [UInt8], times: Int) -> String {
        var digest = SHA256()
        for _ in 0..<times { digest.update(block) }
        return digest.hexadecimal()
    }

    @Test func inputThatNobodyReadsIsNotMadeWithoutBound() async throws {
        try await SSHServer.with { server in
            let made = Mutex(0)
            let input = RemoteInput.chunks {
                made.withLock { $0 += 1 }
                return [UInt8](repeating: 0, count: 1 << 20)
            }
            let result = try await SSHCommunicator(server.endpoint).execute("sleep 0.3; exit 4", input: input)
            #expect(result.exit == .status(4))
            #expect(made.withLock { $0 } < 20)
        }
    }

    @Test func inputGoesOnAfterTheCommandHasClosedItsOutput() async throws {
        try await SSHServer.with { server in
            let text = "exec >&- 2>&-; [ \"$(wc -c)\" = 3000000 ]"
            let input = RemoteInput.bytes([UInt8](repeating: 1, count: 3_000_000))
            let exit = try await SSHCommunicator(server.endpoint).execute(text, input: input).exit
            #expect(exit == .status(0))
        }
    }

    @Test func aFailureToMakeTheInputEndsTheCommand() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            let input = RemoteInput.chunks { throw Errno.ioError }
            #expect(await code { _ = try await communicator.execute("cat", input: input) } == .localFile)
            let output = try await communicator.execute("echo still here").output
            #expect(output == "still here\n")
            #expect(try server.connectionCount() == 1)
        }
    }

    @Test func aWordyCommandIsRefusedBeforeItIsSent() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            let long = String(repeating: "x", count: 40_000)
            #expect(await code { _ = try await communicator.execute("echo \(long)") } == .failed)
            #expect(await code { _ = try await communicator.execute("echo \u{0}") } == .failed)
            let fitting = String(repeating: "x", count: 31_000)
            let output = try await communicator.execute("echo \(fitting)").output
            #expect(output == fitting + "\n")
        }
    }

    @Test func manyCommandsRunSideBySideOverOneConnection() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            let meeting = server.directory.path.appending("meeting")
            try HostFiles.makeDirectory(meeting)
            let outputs = try await withThrowingTaskGroup(of: String.self, returning: Set<String>.self) { group in
                for number in 0..<20 {
                    // each ends only when all have begun
                    let wait = "until [ $(ls | wc -l) = 20 ]; do sleep 0.05; done"
                    let text = "cd \(meeting); touch \(number); \(wait); echo \(number)"
                    group.addTask { try await communicator.execute(text).output }
                }
                return try await group.reduce(into: []) { $0.insert($1) }
            }
            #expect(outputs == Set((0..<20).map { "\($0)\n" }))
            #expect(try server.connectionCount() == 1)
        }
    }

    @Test func aBusyCommandDoesNotStopTheOthers() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try await communicator.execute("cat", input: .bytes([UInt8](repeating: 5, count: 20_000_000)))
                }
                group.addTask { _ = try await communicator.execute("head -c 50000000 /dev/zero") }
                for number in 0..<20 {
                    #expect(try await communicator.execute("echo \(number)").output == "\(number)\n")
                }
                try await group.waitForAll()
            }
        }
    }
}
