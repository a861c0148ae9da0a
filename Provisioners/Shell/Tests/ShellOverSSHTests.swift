import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvSSH
import DevenvTestSupport
import ShellProvisioner
import SystemPackage
import Testing

@Suite(.requires(tool: "sshd"))
struct ShellOverSSHTests {
    @Test func argumentsAndEnvironmentArriveByteForByte() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            let item = shellItem([
                "inline": .string(printer), "args": list(torture), "env": map(["V": torture.joined()]),
            ])
            let output = try await run(item, on: communicator)
            await communicator.close()
            #expect(output.bytes == printed(torture, torture.joined()))
        }
    }

    @Test func aConnectionThatDiesIsAFailureAndLeavesNothing() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            let folder = server.directory.path
            let script = "dirname \"$0\" >\(folder)/place; echo $$ >\(folder)/pid; sleep 300"
            let error = try await withThrowingTaskGroup(of: (any Error)?.self) { group in
                group.addTask {
                    do { try await run(shellItem(["inline": .string(script)]), on: communicator) } catch {
                        return error
                    }
                    return nil
                }
                try await eventually("the script runs") { try server.directory.read("pid")?.hasSuffix("\n") == true }
                try await cutConnection(of: server)
                return try await group.next() ?? nil
            }
            await communicator.close()
            #expect((error as? ProvisionerError)?.message.contains("the connection was lost") == true)
            let process = try #require(try server.directory.read("pid").flatMap { Int32($0.dropLast()) })
            let place = try #require(try server.directory.read("place"))
            try await eventually("the script has ended") { !ProcessTable.isRunning(process) }
            try await eventually("its directory is gone") { !HostFiles.exists(FilePath(String(place.dropLast()))) }
        }
    }

    @Test func aBackgroundProcessDoesNotHoldUpTheRunNorTheNextOne() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            let output = try await run(shellItem(["inline": .string("sleep 300 & echo started")]), on: communicator)
            #expect(output.text == "started\n")
            #expect(try await run(shellItem(["inline": .string("echo next")]), on: communicator).text == "next\n")
            await communicator.close()
        }
    }

    @Test func tenMegabytesAndBytesThatAreNoTextArrive() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            let script = "printf '\\377\\0\\200'; yes 0123456789abcde | head -c 10485760"
            let output = try await run(shellItem(["inline": .string(script)]), on: communicator)
            await communicator.close()
            #expect(output.bytes.count == 10_485_763)
            #expect(output.bytes.prefix(4) == [0xFF, 0, 0x80, 0x30])
        }
    }

    /// Ends sshd's processes for the connection, not the script that runs over it.
    private func cutConnection(of server: SSHServer) async throws {
        let pid = try #require(
            try server.directory.read("sshd.pid").flatMap { Int32($0.split(separator: "\n").first ?? "") })
        for child in ProcessTable.children(of: pid) {
            _ = try await SystemToolRunner().run(ToolInvocation("kill", ["-9", "\(child)"]))
        }
    }
}
