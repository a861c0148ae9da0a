import DevenvPluginAPI
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// Daemons of other hosts, by way of a real sshd.
@Suite(.requiresPrivateLibvirt, .requires(tool: "sshd", "ssh", "ssh-keygen", "virt-ssh-helper"))
struct RemoteTests {
    @Test func aDaemonIsReachedBySSHAndItsLossNoticed() async throws {
        try await PrivateLibvirt.with(.session) { daemon in
            try await SSHServer.with { server in
                let uri = try remoteURI(daemon, server.endpoint)
                let connection = try await LibvirtConnection.open(uri)
                #expect(try await connection.allDomains().count == 1)
                #expect(try server.connectionCount() == 1)
                try server.killConnections()
                let error = await #expect(throws: LibvirtError.self) { try await connection.allDomains() }
                #expect(error?.isConnectionLost == true)
                let next = try await LibvirtConnection.open(uri)
                #expect(try await next.allDomains().count == 1)
                await next.close()
            }
        }
    }

    private func remoteURI(_ daemon: PrivateLibvirt, _ endpoint: SSHEndpoint) throws -> String {
        let socket = try #require(daemon.testDriverURI.split(separator: "=").last)
        return "test+ssh://\(endpoint.user)@\(endpoint.host):\(endpoint.port)/default"
            + "?socket=\(socket)&keyfile=\(endpoint.identityFile)&no_verify=1&proxy=native"
    }
}
