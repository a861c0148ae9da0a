import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import ShellProvisioner
import SystemPackage
import Testing

/// Texts that get lost or changed where anybody quotes by hand.
let torture: [String] = [
    "", " ", "plain", "two words", "it's", "\"double\"", "'", "''", "\"", "\\", "trailing\\", "\\\\", "\\n", "a\nb",
    "\n",
    "trailing\n", "\n\n", "\ttab", "$HOME", "${HOME}", "$(id)", "`id`", "!!", "!x", "*", "?", "[a-z]", "~", "~root",
    "#no",
    "a;b", "a&b", "a|b", "<in", ">out", "(sub)", "{a,b}", "%s%d", "-n", "-e", "--", "=", "a=b", "grüße", "日本", "🦊",
    "\u{1}control\u{7F}", "\r\n", "\u{1B}[31m", "$'x'", "\\'", "'\\''", "^", "@", "secret", "e\u{301}",
    String(repeating: "x'\"$", count: 8000),
]

/// Prints its arguments and the variable V, each with a NUL behind it.
let printer = "printf '%s\\0' \"$@\"\nprintf '%s\\0' \"$V\"\nprintf '%s\\0' \"$#\"\n"

/// What the printer should have printed.
func printed(_ arguments: [String], _ variable: String) -> [UInt8] {
    (arguments + [variable, "\(arguments.count)"]).flatMap { Array($0.utf8) + [0] }
}

@Suite struct ScriptTransportTests {
    @Test func argumentsAndEnvironmentArriveByteForByte() async throws {
        let item = shellItem(["inline": .string(printer), "args": list(torture), "env": map(["V": torture.joined()])])
        #expect(try await run(item).bytes == printed(torture, torture.joined()))
    }

    @Test(arguments: torture) func eachValueArrivesInAVariable(text: String) async throws {
        let item = shellItem(["inline": .string("printf %s \"$V\""), "env": map(["V": text])])
        #expect(try await run(item).bytes == Array(text.utf8))
    }

    @Test(
        .requires(tool: "bash", "dash", "zsh", "fish", "mksh", "ksh93"),
        arguments: ["bash", "dash", "zsh", "fish", "mksh", "ksh93"])
    func everyLoginShellUnderstandsTheCommand(shell: String) async throws {
        let path = try #require(Requirement.find(shell))
        let communicator = ProcessCommunicator(shell: [path.string])
        for isPrivileged in [true, false] {
            let item = shellItem([
                "inline": .string(printer), "args": list(torture), "env": map(["V": "it's"]),
                "privileged": .boolean(isPrivileged),
            ])
            #expect(try await run(item, on: communicator).bytes == printed(torture, "it's"))
        }
    }

    @Test(
        .requiresRoot, .requires(tool: "unshare", "bash", "busybox", "mksh", "ksh93"),
        arguments: ["bash", "busybox", "mksh", "ksh93"])
    func everyShellThatMayBeBehindBinShRunsIt(shell: String) async throws {
        let path = try #require(Requirement.find(shell))
        // in a mount namespace of its own, /bin/sh is that shell
        let mount = "mount --bind \(path) /bin/sh && exec /bin/sh \"$@\""
        let communicator = ProcessCommunicator(
            shell: ["/usr/bin/unshare", "--mount", "/usr/bin/bash", "-c", mount, "x"])
        let item = shellItem([
            "inline": .string(printer + "stat -L -c %i /proc/$$/exe >&2\nexit 7\n"), "args": list(torture),
            "env": map(["V": torture.joined()]),
        ])
        let recorder = Recorder()
        let error = await #expect(throws: ProvisionerError.self) {
            try await run(item, on: communicator, recorder: recorder)
        }
        #expect(recorder.bytes == printed(torture, torture.joined()))
        #expect(error?.exitStatus == 7)
        var status = stat()
        #expect(stat(path.string, &status) == 0 && recorder.errorText == "\(status.st_ino)\n", "another shell ran it")
    }

    @Test func theScriptsOwnFirstLineDecidesWhatRunsIt() async throws {
        let item = shellItem([
            "inline": .string("#!/usr/bin/awk -f\nBEGIN { print \"awk\", ARGV[1] }\n"), "args": list(["x"]),
        ])
        #expect(try await run(item).text == "awk x\n")
    }

    @Test func anInterpreterRunsAScriptWithoutAFirstLine() async throws {
        let item = shellItem(["inline": .string("BEGIN { print \"awk\" }\n"), "interpreter": list(["awk", "-f"])])
        #expect(try await run(item).text == "awk\n")
    }

    @Test func aScriptOfAnyBytesIsStoredAsItIs() async throws {
        try await TemporaryDirectory.with { directory in
            let tail = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try directory.write(Array("#!/bin/sh\ncat \"$0\"; exit\n".utf8) + tail, to: "scripts/own.sh")
            let item = shellItem(["path": .string("scripts/own.sh")])
            #expect(try await run(item, in: directory.path).bytes == Array("#!/bin/sh\ncat \"$0\"; exit\n".utf8) + tail)
        }
    }

    @Test func theScriptsInputIsEmpty() async throws {
        let item = shellItem(["inline": .string("cat; echo end")])
        #expect(try await run(item).text == "end\n")
    }

    @Test func nothingOfTheWrapperLeaksIntoTheEnvironment() async throws {
        let item = shellItem(["inline": .string("env; trap; umask"), "env": map(["PATH": "/usr/bin:/bin"])])
        let text = try await run(item, on: ProcessCommunicator(shell: ["/bin/sh"])).text
        #expect(!text.contains("devenv_"))
        #expect(text.contains("PATH=/usr/bin:/bin\n"))
        #expect(text.hasSuffix("0022\n") || text.hasSuffix("0002\n"))
    }

    @Test func signalsAreNotIgnored() async throws {
        let script = "grep SigIgn /proc/self/status"
        let item = shellItem(["inline": .string(script)])
        let ignored = try await run(item).text.split(separator: "\t").last.flatMap { UInt64($0.dropLast(), radix: 16) }
        let mask = try #require(ignored)
        #expect(mask & 0b110 == 0, "SIGINT or SIGQUIT is ignored: \(String(mask, radix: 2))")
    }

    @Test func noValueIsOnACommandLine() async throws {
        let script = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'"
        let item = shellItem(["inline": .string(script), "env": map(["V": "value-that-ps-must-not-show"])])
        let text = try await run(item).text
        #expect(text.contains("/bin/sh"))
        #expect(!text.contains("value-that-ps-must-not-show"))
    }
}
