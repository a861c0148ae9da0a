import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import ShellProvisioner
import SystemPackage
import Testing

@Suite struct ScriptRunTests {
    @Test(arguments: [1, 3, 99, 126, 255]) func aFailedScriptFailsWithItsStatus(status: Int) async throws {
        let error = await #expect(throws: ProvisionerError.self) {
            try await run(shellItem(["inline": .string("exit \(status)")]))
        }
        #expect(error?.exitStatus == status)
        #expect(error?.message.contains("\(status)") == true)
    }

    @Test func aScriptThatASignalEndsFails() async throws {
        let error = await #expect(throws: ProvisionerError.self) {
            try await run(shellItem(["inline": .string("kill -9 $$")]))
        }
        #expect(error?.exitStatus == 137)
        #expect(error?.message.contains("signal 9") == true)
    }

    @Test func aMissingInterpreterIsNamed() async throws {
        let error = await #expect(throws: ProvisionerError.self) {
            try await run(shellItem(["inline": .string("#!/no/such/interpreter\n")]))
        }
        #expect(error?.description.contains("/no/such/interpreter") == true)
        #expect(error?.exitStatus == 127 || error?.exitStatus == 126)
    }

    @Test func bothOutputsArriveApart() async throws {
        let output = try await run(shellItem(["inline": .string("printf out; printf err >&2")]))
        #expect(output.text == "out")
        #expect(output.errorText == "err")
    }

    @Test func bytesThatAreNoTextArriveAsTheyAre() async throws {
        let output = try await run(shellItem(["inline": .string("printf '\\377\\0\\200\\1devenv \\1\\1x'")]))
        #expect(output.bytes == [0xFF, 0, 0x80, 1] + Array("devenv ".utf8) + [1, 1] + Array("x".utf8))
    }

    @Test func tenMegabytesArriveComplete() async throws {
        let output = try await run(shellItem(["inline": .string("yes 0123456789abcde | head -c 10485760")]))
        #expect(output.bytes.count == 10_485_760)
    }

    @Test func aBackgroundProcessDoesNotHoldUpTheRun() async throws {
        try await TemporaryDirectory.with { directory in
            let pid = directory.path.appending("pid")
            let start = ContinuousClock.now
            let output = try await run(shellItem(["inline": .string("sleep 300 & echo $! >\(pid); echo started")]))
            #expect(output.text == "started\n")
            #expect(ContinuousClock.now - start < .seconds(30))
            let process = try #require(try directory.read("pid").flatMap { Int32($0.dropLast()) })
            #expect(ProcessTable.isRunning(process))
            try await end(process)
        }
    }

    @Test func aRunThatIsCutOffEndsTheScriptAndLeavesNothing() async throws {
        try await TemporaryDirectory.with { directory in
            let communicator = ProcessCommunicator(environment: ["TMPDIR": directory.path.string])
            let script = "echo $$ >\(directory.path)/pid; trap '' HUP; sleep 300; echo never"
            let item = shellItem(["inline": .string(script)])
            let (process, error) = try await interrupt(item, on: communicator, in: directory)
            #expect((error as? ProvisionerError)?.isCancellation == true)
            try await eventually("the script has ended") { !ProcessTable.isRunning(process) }
            try await eventually("its directory is gone") { try HostFiles.list(directory.path) == ["pid"] }
        }
    }

    @Test func aScriptThatTakesTooLongFails() async throws {
        let error = await #expect(throws: ProvisionerError.self) {
            try await run(shellItem(["inline": .string("sleep 300")], timeout: .milliseconds(200)))
        }
        #expect(error?.message == "running 'item': out of time after 200 ms")
        #expect(error?.isCancellation == false)
    }

    @Test func theScriptsDirectoryIsPrivateAndRemoved() async throws {
        try await TemporaryDirectory.with { directory in
            let communicator = ProcessCommunicator(environment: ["TMPDIR": directory.path.string])
            let script = "stat -c %a \"$(dirname \"$0\")\"; dirname \"$0\""
            let lines = try await run(shellItem(["inline": .string(script)]), on: communicator).text.split(
                separator: "\n")
            #expect(lines.first == "700")
            #expect(lines.last?.hasPrefix(directory.path.string + "/devenv.") == true)
            #expect(try HostFiles.list(directory.path) == [])
            await #expect(throws: ProvisionerError.self) {
                try await run(shellItem(["inline": .string("exit 1")]), on: communicator)
            }
            #expect(try HostFiles.list(directory.path) == [])
        }
    }

    @Test(.requiresRoot, .requires(tool: "unshare"))
    func aDirectoryWhereNothingMayRunIsPassedOver() async throws {
        try await TemporaryDirectory.with { directory in
            let mount = "mount -t tmpfs -o noexec none \(directory.path) && exec /bin/sh \"$@\""
            let communicator = ProcessCommunicator(
                shell: ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", mount, "x"],
                environment: ["TMPDIR": directory.path.string])
            let output = try await run(shellItem(["inline": .string("echo \"$0\"; ls \"$TMPDIR\"")]), on: communicator)
            #expect(output.text.hasPrefix("/var/tmp/devenv."))
            #expect(output.text.split(separator: "\n").count == 1)
        }
    }

    @Test func whatTheLoginShellPrintsIsNotTheScripts() async throws {
        let noisy = "echo welcome; echo advice >&2; exec /bin/sh \"$@\""
        let communicator = ProcessCommunicator(shell: ["/bin/sh", "-c", noisy, "x"])
        let output = try await run(shellItem(["inline": .string("echo mine")]), on: communicator)
        #expect(output.text == "mine\n")
        #expect(output.errorText == "")
    }

    @Test func aLoginShellThatRefusesIsQuoted() async throws {
        let communicator = ProcessCommunicator(shell: ["/bin/sh", "-c", "echo 'account is closed' >&2; exit 1"])
        let error = await #expect(throws: ProvisionerError.self) {
            try await run(shellItem(["inline": .string("true"), "privileged": .boolean(false)]), on: communicator)
        }
        #expect(error?.message.contains("account is closed") == true)
    }

    @Test func aSensitiveScriptShowsNothing() async throws {
        let item = shellItem(["inline": .string("echo a; echo b >&2; exit 4"), "sensitive": .boolean(true)])
        let recorder = Recorder()
        let error = await #expect(throws: ProvisionerError.self) { try await run(item, recorder: recorder) }
        #expect(recorder.bytes == [] && recorder.errorText == "")
        #expect(error?.exitStatus == 4)
    }

    @Test func secretsArriveAndAreMasked() async throws {
        let item = shellItem([
            "inline": .string("printf '%s' \"$V\" | cut -c1-3; printf '%s %s|' \"$V\" \"$1\" \"${#V}\""),
            "env": map(["V": "secret:password"]), "args": list(["secret:token"]),
        ])
        #expect(ShellProvisioner().secrets(usedBy: item) == ["password", "token"])
        let output = try await run(item, secrets: ["password": "tell-nobody", "token": "to'ken"])
        #expect(output.text == "tel\n***** *****|11 |")
    }

    @Test func aSecretThatNoProgramCanBeGivenIsRefusedWithoutShowingIt() async throws {
        let item = shellItem(["inline": .string("true"), "env": map(["V": "secret:bad"])])
        let error = await #expect(throws: ProvisionerError.self) { try await run(item, secrets: ["bad": "hid\0den"]) }
        #expect(error?.message.contains("NUL") == true)
        #expect(error?.description.contains("hid") == false)
    }

    private func end(_ process: Int32) async throws {
        _ = try await SystemToolRunner().run(ToolInvocation("kill", ["-9", "\(process)"]))
    }
}
