import DevenvPluginAPI
import DevenvSSH
import DevenvTestSupport
import Testing

@Suite(.requires(tool: "sshd"))
struct FileOverSSHTests {
    @Test func aTreeArrivesOverARealConnection() async throws {
        try await SSHServer.with { server in
            let directory = server.directory
            let communicator = SSHCommunicator(server.endpoint)
            let make = """
                mkdir -p src/sub/empty; cd src; printf x >"$(printf 'new\\nline')"; ln -s /nowhere sub/link; : >zero
                head -c 5000000 /dev/urandom >large; for i in $(seq 500); do echo $i >sub/$i; done
                """
            try await shell(make, in: directory)
            try await send("src/", to: "\(directory.path)/to", in: directory, on: communicator)
            await communicator.close()
            #expect(try await listing("src", in: directory) == listing("to", in: directory))
        }
    }

    @Test func aFileThatMayNotBeWrittenIsAClearError() async throws {
        try await SSHServer.with { server in
            let communicator = SSHCommunicator(server.endpoint)
            try await shell("printf x >src", in: server.directory)
            let error = await #expect(throws: ProvisionerError.self) {
                try await send("src", to: "/proc/none/x", in: server.directory, on: communicator)
            }
            await communicator.close()
            #expect(error?.message.hasPrefix("sending 'src' to '/proc/none/x': ") == true)
        }
    }
}
