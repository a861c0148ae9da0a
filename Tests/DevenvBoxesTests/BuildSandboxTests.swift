import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvBoxes

/// Programs that a definition brings, in a tree that nobody writes to.
@Suite(.requiresRoot, .requires(tool: "mmdebstrap", "unshare", "setpriv", "perl", "flock"))
struct BuildSandboxTests {
    @Test func aProgramSeesTheTreeAndNothingOfTheHost() async throws {
        let outcome = try await run(
            #"""
            echo "first process: $(tr '\0' ' ' </proc/1/cmdline | cut -c 1-10)" "networks: $(tail -n +3 /proc/net/dev | wc -l)"
            [ -e /proc/$$/fd/7 ] && echo "had a file of the build open"
            mknod /tmp/disk b 254 0 2>/dev/null && echo "made a device"
            echo x >/run/devenv/there 2>/dev/null && echo "wrote to the definition"
            echo x >/proc/sys/kernel/hostname 2>/dev/null && echo "named the host"
            mount -t tmpfs tmpfs /mnt 2>/dev/null && echo "mounted"
            [ -e "$1" ] && echo "saw the host"
            (: >/dev/tty) 2>/dev/null && echo "had a terminal"
            echo x >/tmp/x && echo x >/dev/null && ls -d /dev/fd /dev/pts/ptmx
            """#)
        #expect(
            outcome.text == """
                first process: /bin/sh -c networks: 1
                /dev/fd
                /dev/pts/ptmx

                """, "\(outcome.complaint)")
    }

    @Test func whatAProgramLeavesRunningEndsWithIt() async throws {
        let seconds = "7\(UInt32.random(in: 10_000...99_999))"
        let outcome = try await run("setsid sleep \(seconds) >/dev/null 2>&1 & exit 7")
        #expect(outcome.status == 7)
        #expect(try await processes("sleep \(seconds)") == "")
    }

    @Test func aBuildEndsWithWhoeverWantsIt() async throws {
        try await withAttendant { program, path in
            let lock = try taken(path)
            let call = BuildTools.attended(ToolInvocation("sleep", ["100"]), by: program, lock: path)
            async let outcome = SystemToolRunner().run(call)
            _ = consume lock
            #expect(try await outcome.status == 128 + 9)
        }
    }

    @Test func aBuildThatEndsByItselfIsNotAttendedAnyLonger() async throws {
        try await withAttendant { program, path in
            let lock = try taken(path)
            let call = BuildTools.attended(ToolInvocation("sh", ["-c", "exit 5"]), by: program, lock: path)
            #expect(try await SystemToolRunner().run(call).status == 5)
            #expect(try await processes("flock \(path)") == "")
            extendLifetime(lock)
        }
    }

    /// unshare(1) takes no notice of a polite signal, and what a script starts may be in a group of its own.
    @Test func anInterruptedBuildLeavesNothingRunning() async throws {
        let tree = try #require(try await TestBox.image().layers.first)
        let seconds = "7\(UInt32.random(in: 10_000...99_999))"
        var recipe = BoxRecipe(suite: "bookworm")
        recipe.scripts = [BoxScript(.text("echo begun; setsid sleep \(seconds) & sleep \(seconds)"), label: "a script")]
        try await withAttendant { program, path in
            let lock = try taken(path)
            let payload = BuildPayload(directory: program.removingLastComponent().appending("definition"))
            try payload.write(recipe, attendant: program, epoch: "1")
            let log = program.removingLastComponent().appending("log")
            let call = BuildTools.attended(
                ToolInvocation(payload.program.string, [tree.string], output: .file(log)), by: program, lock: path)
            let build = Task { try await SystemToolRunner().run(call) }
            try await eventually("the script runs") {
                String(decoding: try HostFiles.read(log) ?? [], as: UTF8.self).contains("begun")
            }
            build.cancel()
            _ = await build.result
            try await eventually("all of it has ended") {
                try await processes("sleep \(seconds)") == ""
            }
            extendLifetime(lock)
        }
    }

    private func withAttendant(_ body: (FilePath, FilePath) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let program = directory.path.appending("attend")
            try BoxBuilder.write(program: BuildSandbox.attendant, to: program)
            try await body(program, directory.path.appending("lock"))
        }
    }

    private func taken(_ path: FilePath) throws -> FileLock {
        guard case .taken(let lock) = try FileLock.attempt(path, command: "test") else {
            throw HostError("locking", path, .wouldBlock)
        }
        return lock
    }

    private func processes(_ pattern: String) async throws -> String {
        try await SystemToolRunner().run(ToolInvocation("pgrep", ["-f", pattern])).text
    }

    private func run(_ script: String) async throws -> ToolOutcome {
        let tree = try #require(try await TestBox.image().layers.first)
        return try await TemporaryDirectory.with { directory in
            try BoxBuilder.write(program: BuildSandbox.outer, to: directory.path.appending("sandbox"))
            try BoxBuilder.write(program: BuildSandbox.inner, to: directory.path.appending("inside"))
            let script = try directory.write(script + "\n", to: "content/script")
            let arguments = ["no", tree.string, script.removingLastComponent().string]
            let program = ["/bin/sh", "\(BuildSandbox.place)/script", directory.path.string]
            let sandbox = directory.path.appending("sandbox").string
            // a program that has something open, as mmdebstrap has
            let call = ["-c", "exec 7</etc/passwd; exec \"$@\"", "sh", sandbox]
            return try await SystemToolRunner().run(ToolInvocation("sh", call + arguments + program))
        }
    }
}
