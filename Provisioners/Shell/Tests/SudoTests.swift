import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import ShellProvisioner
import SystemPackage
import Testing

/// The real sudo, asked by the user nobody; in a mount namespace of the test's own its configuration is the test's.
@Suite(.requiresRoot, .requires(tool: "sudo", "setpriv", "unshare"))
struct SudoTests {
    private func nobody(in directory: TemporaryDirectory, sudoers: String) throws -> ProcessCommunicator {
        let file = try directory.write(sudoers + "\n", to: "sudoers")
        chmod(file.string, 0o440)
        let enter = """
            mount --bind \(file) /etc/sudoers && mount -t tmpfs none /etc/sudoers.d && cd / &&
            exec setpriv --reuid=65534 --regid=65534 --clear-groups /bin/sh "$@"
            """
        return ProcessCommunicator(shell: ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", enter, "x"])
    }

    private static let allowed =
        "Defaults env_reset, secure_path=/usr/sbin:/usr/bin:/sbin:/bin\nnobody ALL=(ALL) NOPASSWD: ALL"

    @Test(arguments: ["", "\nDefaults use_pty"]) func everythingPassesThroughSudo(extra: String) async throws {
        try await TemporaryDirectory.with { directory in
            let communicator = try nobody(in: directory, sudoers: Self.allowed + extra)
            let item = shellItem([
                "inline": .string(printer + "echo \"$(id -u) $HOME\" >&2"), "args": list(torture),
                "env": map(["V": torture.joined()]),
            ])
            let output = try await run(item, on: communicator)
            #expect(output.bytes == printed(torture, torture.joined()))
            #expect(output.errorText == "0 /root\n")
        }
    }

    @Test func anItemThatIsNotPrivilegedRunsAsTheUser() async throws {
        try await TemporaryDirectory.with { directory in
            let communicator = try nobody(in: directory, sudoers: Self.allowed)
            let item = shellItem(["inline": .string("id -u"), "privileged": .boolean(false)])
            #expect(try await run(item, on: communicator).text == "65534\n")
        }
    }

    @Test(arguments: [
        "root ALL=(ALL) ALL", "nobody ALL=(ALL) ALL", "Defaults requiretty\nnobody ALL=(ALL) NOPASSWD: ALL",
    ])
    func aSudoThatAsksOrRefusesIsAClearErrorInSeconds(sudoers: String) async throws {
        try await TemporaryDirectory.with { directory in
            let communicator = try nobody(in: directory, sudoers: sudoers)
            let start = ContinuousClock.now
            let error = await #expect(throws: ProvisionerError.self) {
                try await run(shellItem(["inline": .string("echo never")]), on: communicator)
            }
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(error?.message.contains("as root: sudo: ") == true)
            #expect(error?.help?.contains("NOPASSWD") == true)
            #expect(error?.exitStatus == nil)
        }
    }

    @Test func aRunThatIsCutOffEndsTheScriptOfRootToo() async throws {
        try await TemporaryDirectory.with { directory in
            let communicator = try nobody(in: directory, sudoers: Self.allowed)
            let script = "dirname \"$0\" >\(directory.path)/place; echo $$ >\(directory.path)/pid; sleep 300"
            let item = shellItem(["inline": .string(script)])
            let (process, error) = try await interrupt(item, on: communicator, in: directory)
            #expect((error as? ProvisionerError)?.isCancellation == true)
            let place = try #require(try directory.read("place"))
            try await eventually("the script has ended") { !ProcessTable.isRunning(process) }
            try await eventually("its directory is gone") { !HostFiles.exists(FilePath(String(place.dropLast()))) }
        }
    }
}
